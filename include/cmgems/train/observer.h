// What a training run tells the outside: observers write logs, metrics.jsonl and the progress line.
// Calls come from the training thread, in order.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cmgems/corpus/corpus.h"

namespace cmgems::train {

/// What one masker did in a step.
struct MaskerReport {
  std::string masker;
  corpus::MaskStatistics masks;
};

/// The inputs have proven good and the model is made: the next thing is the first step.
struct StartReport {
  std::uint64_t training_windows, validation_windows;
  std::int64_t parameters;
  std::int64_t step;                 // completed before, 0 for a new run
  std::filesystem::path checkpoint;  // what the run continues from, empty for a new one
  double products = 0;               // rate of the device at products of the model's sizes, FLOP/s; 0: not measured
};

/// A rate of training, by the clock.
struct Rate {
  double tokens = 0;  // real ones a second
  double flops = 0;   // floating-point operations a second (nn/flops.h)
};

struct StepReport {
  std::int64_t step;  // completed optimizer steps
  std::int64_t max_steps;
  double loss;  // mean cross-entropy over all masked tokens of the global batch
  double learning_rate;
  double grad_norm;                 // before clipping
  std::uint64_t tokens;             // real tokens of the step, [CLS] and [SEP] included
  double seconds;                   // since training started, evaluation included
  Rate rate;                        // of the steps since the last evaluation, everything included
  std::vector<MaskerReport> masks;  // of the maskers that were at work, in the schedule's order
};

struct EvalReport {
  std::int64_t step;
  double loss;
  double perplexity;
  std::uint64_t masked_tokens;
  std::string masker;  // whose masks were measured
  double seconds;
  Rate rate;  // training since the last evaluation
};

struct SwitchReport {
  std::int64_t step;  // last step of the first masker
  std::string from, to;
  double perplexity;
  std::optional<double> drop;  // absent for a fixed schedule
};

/// A loss far above those before it (train/step_guard.h).
struct SpikeReport {
  std::int64_t step;
  double loss;
  double mean, deviation;  // of the losses before
};

struct SaveReport {
  std::int64_t step;
  std::uint64_t bytes;
  double paused;   // seconds for which training stood still
  double seconds;  // until everything was on the disk
};

/// A file that an observer adds to a checkpoint, to find it there when the run continues.
struct SavedFile {
  std::string name, content;
};

struct DoneReport {
  std::int64_t steps;
  double seconds;
  std::uint64_t tokens;
  std::int64_t skipped;  // steps left out, without a masked token or not finite
  bool has_trigger;
  std::optional<std::int64_t> switch_step;
  std::vector<double> last_drops;  // up to three
  std::uint64_t session_tokens;    // since training started or went on, as `seconds`
  double session_flops = 0;        // the same of operations
};

class Observer {
 public:
  virtual ~Observer() = default;
  virtual void on_start(const StartReport&) {}
  virtual void on_step(const StepReport&) {}
  virtual void on_eval(const EvalReport&) {}
  virtual void on_switch(const SwitchReport&) {}
  virtual void on_skipped(std::int64_t /*step*/, const std::string& /*reason*/) {}
  virtual void on_spike(const SpikeReport&) {}
  virtual void on_save(const SaveReport&) {}
  virtual void on_save_failed(std::int64_t /*step*/, const std::string& /*reason*/) {}
  /// The run ends early and resumable, after `step`.
  virtual void on_interrupt(std::int64_t /*step*/, const std::string& /*reason*/) {}
  virtual void on_done(const DoneReport&) {}
  /// What must survive a restart; called between two steps. No clock times: equal runs save equal bytes.
  virtual std::vector<SavedFile> save() const { return {}; }
};

}  // namespace cmgems::train
