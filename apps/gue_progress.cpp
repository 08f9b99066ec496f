#include "gue_progress.h"

#include <algorithm>

#include "run_record.h"

namespace cmgems::apps {
namespace {

constexpr std::int64_t kEstimateAfter = 20;  // steps

}  // namespace

void GueProgressLine::start(std::string title, double tokens_per_step) {
  title_ = std::move(title);
  tokens_per_step_ = tokens_per_step;
  step_ = 0;
  first_ = true;
}

void GueProgressLine::update(const train::GueProgress& now) {
  const auto time = Clock::now();
  const double tokens = static_cast<double>(now.step - step_) * tokens_per_step_;
  tokens_left_ = std::max(0.0, tokens_left_ - tokens);
  if (!first_) {
    seconds_ += std::chrono::duration<double>(time - last_).count();
    tokens_done_ += tokens;
    steps_ += now.step - step_;
  }
  first_ = false;
  last_ = time;
  step_ = now.step;
  if (!estimated_ && steps_ >= kEstimateAfter) {
    estimated_ = true;
    log_info("estimate: " + std::to_string(fits_) + (fits_ == 1 ? " training" : " trainings") + " in about " +
             time_left() + "; memory so far " + format_count(static_cast<unsigned long long>(peak_memory() >> 20)) +
             " MB");
  }
  std::string work = "step " + std::to_string(now.step) + "/" + std::to_string(now.steps);
  if (now.phase != train::GuePhase::training) {
    work += now.phase == train::GuePhase::dev ? "  dev row " : "  test row ";
    work += format_count(now.scored_rows) + "/" + format_count(now.rows);
  }
  progress_.show(title_ + "  " + work + (steps_ > 0 ? "  left " + time_left() : ""));
}

std::string GueProgressLine::time_left() const {
  return format_duration(tokens_done_ > 0 ? seconds_ / tokens_done_ * tokens_left_ : 0);
}

}  // namespace cmgems::apps
