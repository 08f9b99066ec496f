// Observers of a pretraining run: metrics.jsonl and timing.jsonl, the progress line, and what the final report needs.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cmgems/base/atomic_file.h"
#include "cmgems/base/log.h"
#include "cmgems/train/observer.h"
#include "stopwatch.h"

namespace cmgems::apps {

/// Adds the figures of each masker of `more` to those of the same masker in `sum`.
void add_masks(std::vector<train::MaskerReport>& sum, const std::vector<train::MaskerReport>& more);

/// The figures of `cmgems mask --stats --json`, one object for each masker, with its name.
nlohmann::ordered_json masks_json(const std::vector<train::MaskerReport>& masks);

/// metrics.jsonl: nothing in it depends on the clock. timing.jsonl: seconds, rates, memory.
/// One train event for every 50 steps (means since the event before), plus the rest before a switch and at the end.
class MetricsWriter final : public train::Observer {
 public:
  MetricsWriter(std::filesystem::path metrics, std::filesystem::path timing)
      : metrics_path_(std::move(metrics)), timing_path_(std::move(timing)) {}
  /// Opens the files. Throws: IoError, as all that write.
  void on_start(const train::StartReport& report) override;
  void on_step(const train::StepReport& report) override;
  void on_eval(const train::EvalReport& report) override;
  void on_switch(const train::SwitchReport& report) override;
  void on_skipped(std::int64_t step, const std::string& reason) override;
  void on_done(const train::DoneReport& report) override;

 private:
  void write_train_event();
  std::filesystem::path metrics_path_, timing_path_;
  std::optional<LineAppender> metrics_, timing_;
  std::vector<train::StepReport> pending_;
};

/// Step, rate, perplexity and time left; after a few steps an estimate of the whole run.
class ProgressLine final : public train::Observer {
 public:
  void on_start(const train::StartReport& report) override;
  void on_step(const train::StepReport& report) override;
  void on_eval(const train::EvalReport& report) override;
  void on_switch(const train::SwitchReport& report) override;
  void on_skipped(std::int64_t step, const std::string& reason) override;
  void on_done(const train::DoneReport& report) override;

 private:
  Progress progress_;
  Stopwatch watch_;
  std::uint64_t tokens_ = 0;
  double perplexity_ = 0;
};

/// Keeps what the report prints at the end.
class Recorder final : public train::Observer {
 public:
  void on_step(const train::StepReport& report) override { add_masks(masks, report.masks); }
  void on_eval(const train::EvalReport& report) override { evaluations.push_back(report); }
  void on_done(const train::DoneReport& report) override { done = report; }

  std::vector<train::MaskerReport> masks;  // in the order in which the maskers came
  std::vector<train::EvalReport> evaluations;
  train::DoneReport done{};
};

}  // namespace cmgems::apps
