// All runs of a fine-tuning: every task with every number of shots, run after run, on one encoder read once.
#pragma once

#include <string>
#include <vector>

#include "cmgems/parallel/ranks.h"
#include "finetune_report.h"
#include "finished_runs.h"
#include "stop_rule.h"

namespace cmgems::apps {

/// One task and number of shots.
struct FinetuneCell {
  const tasks::TaskData& task;
  std::int64_t shots;  // 0 = every row
};

/// Every task with every number of shots, tasks first. What a task of `lenient` data has too few rows for is left out.
/// Throws: DataError (too few rows), UsageError.
std::vector<FinetuneCell> finetune_cells(LabelledData& data, const std::vector<std::int64_t>& shots, bool lenient);

/// What the runs share.
struct FinetuneJob {
  const config::Config& config;
  std::filesystem::path run, model;  // folder of the run; model folder, empty = random
};

/// Proves that the model and every task fit each other before anything is written; keeps the encoder for the runs.
class FinetuneRuns {
 public:
  /// `job` and `cells` must outlive it. Throws: as train::Finetuner does.
  FinetuneRuns(const FinetuneJob& job, const std::vector<FinetuneCell>& cells);
  const formats::ModelDescription& description() const { return finetuners_.front().description(); }
  /// Does what `finished` lacks, and adds it there. The first run of the first cell leaves its classifier in RUN/model.
  /// Throws: Error with ExitCode::interrupted when `stop` has a reason; as train::Finetuner::run does.
  std::vector<FinetuneResult> run(FinishedRuns& finished, const StopRule& stop, parallel::Ranks& ranks);
  /// The part of that which another rank does: its runs, and nothing of the results.
  void follow(FinishedRuns& finished, const StopRule& stop, parallel::Ranks& ranks);

 private:
  struct Worker {
    FinishedRuns& finished;
    const StopRule& stop;
    parallel::Ranks& ranks;
  };
  void do_cell(std::size_t number, const Worker& worker);
  FinetuneResult result_of(std::size_t number, const FinishedRuns& finished) const;
  const train::Finetuner& finetuner_of(const FinetuneCell& cell) const;
  const FinetuneJob& job_;
  const std::vector<FinetuneCell>& cells_;
  std::vector<const tasks::TaskData*> tasks_;
  std::vector<train::Finetuner> finetuners_;  // of tasks_
};

}  // namespace cmgems::apps
