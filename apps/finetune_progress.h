// Progress of fine-tuning: runs, steps and time left; after the first steps an estimate of all runs.
#pragma once

#include <chrono>
#include <string>

#include "cmgems/base/log.h"
#include "cmgems/train/finetuner.h"

namespace cmgems::apps {

/// A run fits the model and each baseline that trains an encoder, one after the other; each fit has the same steps and
/// scores the same rows.
class FinetuneProgressLine {
 public:
  FinetuneProgressLine(std::int64_t runs, std::int64_t fits_per_run) : runs_(runs), fits_per_run_(fits_per_run) {}
  void update(const train::FinetuneProgress& now);
  /// A run that an earlier session has finished.
  void skip() {
    fit_ += fits_per_run_;
    skipped_fits_ += fits_per_run_;
  }
  /// Ends the redrawn line, so that other output starts on a fresh one.
  void finish() { progress_.finish(); }

 private:
  using Clock = std::chrono::steady_clock;
  void measure(const train::FinetuneProgress& now);
  void tell_estimate(const train::FinetuneProgress& now);
  std::string time_left(const train::FinetuneProgress& now) const;

  std::int64_t runs_, fits_per_run_;
  std::int64_t fit_ = -1;  // fits begun before this one
  std::int64_t skipped_fits_ = 0;
  bool begins_ = false;  // a fit was begun, no step of it is done
  bool estimated_ = false;
  Clock::time_point last_{};
  train::FinetuneProgress previous_{};
  double step_seconds_ = 0, row_seconds_ = 0;  // sums over all fits, and what was done in them
  std::int64_t steps_done_ = 0;
  std::size_t rows_scored_ = 0;
  Progress progress_;
};

}  // namespace cmgems::apps
