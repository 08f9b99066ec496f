#include "finetune_progress.h"

#include <algorithm>

#include "run_record.h"

namespace cmgems::apps {
namespace {

constexpr std::int64_t kEstimateAfter = 20;  // steps, or all of a fit that has fewer

}  // namespace

void FinetuneProgressLine::update(const train::FinetuneProgress& now) {
  if (now.step == 0) {
    fit_ += begins_ ? 0 : 1;
    begins_ = true;
    last_ = Clock::now();
    previous_ = now;
    return;
  }
  begins_ = false;
  measure(now);
  if (!estimated_ && steps_done_ >= std::min(kEstimateAfter, now.steps)) tell_estimate(now);
  const std::string place = "run " + std::to_string(fit_ / fits_per_run_ + 1) + "/" + std::to_string(runs_) +
                            (fit_ % fits_per_run_ > 0 ? " (random weights)" : "");
  const std::string work = now.scored_rows > 0
                               ? "test row " + format_count(now.scored_rows) + "/" + format_count(now.test_rows)
                               : "step " + std::to_string(now.step) + "/" + std::to_string(now.steps);
  progress_.show(place + "  " + work + "  left " + time_left(now));
}

void FinetuneProgressLine::measure(const train::FinetuneProgress& now) {
  const auto time = Clock::now();
  const double seconds = std::chrono::duration<double>(time - last_).count();
  last_ = time;
  const auto steps = now.step - previous_.step;
  (steps > 0 ? step_seconds_ : row_seconds_) += seconds;
  steps_done_ += steps;
  rows_scored_ += now.scored_rows - previous_.scored_rows;
  previous_ = now;
}

void FinetuneProgressLine::tell_estimate(const train::FinetuneProgress& now) {
  estimated_ = true;
  const double seconds = step_seconds_ / static_cast<double>(steps_done_) * static_cast<double>(now.steps) *
                         static_cast<double>(runs_ * fits_per_run_ - skipped_fits_);
  const auto runs = runs_ - skipped_fits_ / fits_per_run_;
  log_info("estimate: " + std::to_string(runs) + (runs == 1 ? " run of " : " runs of ") +
           (fits_per_run_ > 1 ? std::to_string(fits_per_run_) + " times " : "") + std::to_string(now.steps) +
           " steps in about " + format_duration(seconds) + " without scoring " + format_count(now.test_rows) +
           " test rows after each; memory so far " +
           format_count(static_cast<unsigned long long>(peak_memory() >> 20)) + " MB");
}

/// What is left at the mean pace of what was done; scoring counts once its pace is known.
std::string FinetuneProgressLine::time_left(const train::FinetuneProgress& now) const {
  const auto fits = runs_ * fits_per_run_ - skipped_fits_;
  const auto steps = static_cast<double>(fits * now.steps - steps_done_);
  const auto rows = static_cast<double>(static_cast<std::size_t>(fits) * now.test_rows - rows_scored_);
  double seconds = steps * step_seconds_ / static_cast<double>(steps_done_);
  if (rows_scored_ > 0) seconds += rows * row_seconds_ / static_cast<double>(rows_scored_);
  return format_duration(seconds) + (rows_scored_ > 0 ? "" : " and scoring");
}

}  // namespace cmgems::apps
