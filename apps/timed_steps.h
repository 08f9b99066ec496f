// Training steps of the benches: the real ones, with data, masks and optimizer, run in several ways in turn.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "bench_model.h"
#include "cmgems/corpus/prefetch.h"
#include "cmgems/nn/costs.h"
#include "cmgems/train/adamw.h"
#include "cmgems/train/step_figures.h"

namespace cmgems::apps {

/// A way to run a step, and what it took so far.
struct Variant {
  std::string name;
  nn::FastPaths fast;
  bool padded = false;
  bool bf16 = false;
  std::int64_t steps = 0;
  double tokens = 0, seconds = 0;
  double rate() const { return tokens / seconds; }
};

/// The shipped way, which the others are compared with, first; then bf16, and with `ablate` each fast path off, and
/// all.
std::vector<Variant> variants(const nn::Runtime& runtime, bool with_bf16, bool ablate);

/// Where the time of some steps went.
struct Profile {
  std::vector<nn::Cost> costs;  // largest first
  int steps = 0;
  double seconds = 0;  // that the steps took, watched
  double rate = 0;     // tokens/s, watched
  /// Share of the time in which an operation ran; on a GPU the rest is idle.
  double known() const;
};

class TimedSteps {
 public:
  /// Throws: as BenchModel.
  explicit TimedSteps(const BenchFlags& flags);

  /// One step of each in turn, again and again, so that a machine that slows down slows all of them; every round
  /// begins with another one, so that none always follows the same. Several variants wait for each step, to know its
  /// time; a single one runs as the trainer does on a GPU, which reads a step's figures when the next is queued.
  /// `steps` = 0: for `seconds` each.
  void measure(std::vector<Variant>& list, double seconds, std::int64_t steps);

  /// Some more steps of the variant, under the profiler.
  Profile profile(Variant variant);

  BenchModel& bench() { return bench_; }
  /// Of all steps so far.
  nn::Work work() const { return {attended_ / steps_, selected_ / steps_}; }

 private:
  void train_step(Variant& variant);
  void finish_steps(std::size_t all_but);

  BenchModel bench_;
  const config::TrainOptions& options_;
  train::AdamW optimizer_;
  std::deque<train::StepFigures> queued_;
  std::size_t steps_ahead_ = 0;
  corpus::Prefetcher prefetcher_;
  std::int64_t step_ = 0;
  double steps_ = 0, attended_ = 0, selected_ = 0;
};

}  // namespace cmgems::apps
