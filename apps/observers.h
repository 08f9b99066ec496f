// Observers of a pretraining run: the progress line, and what the final report needs.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "cmgems/base/log.h"
#include "cmgems/train/observer.h"
#include "stopwatch.h"

namespace cmgems::apps {

/// Adds the figures of each masker of `more` to those of the same masker in `sum`.
void add_masks(std::vector<train::MaskerReport>& sum, const std::vector<train::MaskerReport>& more);

/// The figures of `cmgems mask --stats --json`, one object for each masker, with its name.
nlohmann::ordered_json masks_json(const std::vector<train::MaskerReport>& masks);

/// " (45% of 700 TFLOP/s)": what share of the rate at products `flops` is; empty where that was not measured.
std::string share_text(double flops, double products);

/// Step, rate, perplexity and time left; after a few steps an estimate of the whole run.
class ProgressLine final : public train::Observer {
 public:
  void on_start(const train::StartReport& report) override;
  void on_step(const train::StepReport& report) override;
  void on_eval(const train::EvalReport& report) override;
  void on_switch(const train::SwitchReport& report) override;
  void on_skipped(std::int64_t step, const std::string& reason) override;
  void on_spike(const train::SpikeReport& report) override;
  void on_save(const train::SaveReport& report) override;
  void on_save_failed(std::int64_t step, const std::string& reason) override;
  void on_interrupt(std::int64_t step, const std::string& reason) override;
  void on_done(const train::DoneReport& report) override;

 private:
  void tell_estimate(const train::StepReport& report, double whole) const;
  std::string rate_text(const train::Rate& rate) const;
  Progress progress_;
  Stopwatch watch_;
  std::int64_t first_step_ = 0;  // completed before this session
  std::uint64_t tokens_ = 0;
  double perplexity_ = 0;
  double products_ = 0;  // FLOP/s, 0: not measured
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
