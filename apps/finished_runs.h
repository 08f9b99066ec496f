// What finished runs of a fine-tuning leave in its folder, so that one that was stopped or killed goes on behind them:
// finished_runs.jsonl, a line for each run, and timing.jsonl with the seconds. docs/run-folder.md has the keys.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "cmgems/base/line_appender.h"
#include "cmgems/train/finetuner.h"

namespace cmgems::apps {

/// Which run: of a task, rows per class (0 = every row), number from 0.
struct RunKey {
  std::string task;
  std::int64_t shots = 0;
  std::int64_t run = 0;
  auto operator<=>(const RunKey&) const = default;
};

struct FinishedRun {
  train::FinetuneRun model;
  std::vector<metrics::ClassificationScores> baselines;  // in the order of finetune.baseline
};

class FinishedRuns {
 public:
  /// Reads what is there, of all ranks; a line that was cut off in the middle is dropped. Each rank adds to a file of
  /// its own, finished_runs.rank1.jsonl ..., until the first one takes them over.
  /// Throws: IoError, DataError (a damaged line, with its number).
  explicit FinishedRuns(const std::filesystem::path& folder, int rank = 0);
  /// On the first rank, when no other one is at work: reads and keeps what they have finished, and removes their files.
  void take_over();
  /// nullptr when it is not finished.
  const FinishedRun* find(const RunKey& key) const;
  /// Throws: IoError.
  void add(const RunKey& key, const FinishedRun& run);
  std::size_t count() const { return runs_.size(); }
  /// Of all runs, those of earlier sessions too.
  double seconds() const { return seconds_; }
  /// An event of timing.jsonl without a run: resume, or interrupt with its reason. Throws: IoError.
  void note(const std::string& event, const std::string& reason = "");

 private:
  std::vector<std::filesystem::path> files_of_ranks() const;
  void read_runs(const std::filesystem::path& path);
  void read_seconds(const std::filesystem::path& path);
  const std::filesystem::path folder_;
  std::map<RunKey, FinishedRun> runs_;
  double seconds_ = 0;
  LineAppender file_, timing_;
};

}  // namespace cmgems::apps
