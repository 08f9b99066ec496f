// Progress of eval-gue: set, seed and step, and the time left for all that is still to be trained.
#pragma once

#include <chrono>
#include <string>

#include "cmgems/base/log.h"
#include "cmgems/train/gue_trainer.h"

namespace cmgems::apps {

class GueProgressLine {
 public:
  /// `tokens`: of all training steps that are not done yet.
  GueProgressLine(std::size_t fits, double tokens) : fits_(fits), tokens_left_(tokens) {}
  /// The next fit begins; `title` names it.
  void start(std::string title, double tokens_per_step);
  void update(const train::GueProgress& now);
  /// Ends the redrawn line, so that other output starts on a fresh one.
  void finish() { progress_.finish(); }

 private:
  using Clock = std::chrono::steady_clock;
  std::string time_left() const;

  std::size_t fits_;
  double tokens_left_, tokens_done_ = 0;  // of this session
  double seconds_ = 0;                    // of fits, measurements and scoring included
  std::string title_;
  double tokens_per_step_ = 0;
  bool first_ = true;       // no progress of this fit yet
  std::int64_t steps_ = 0;  // of this session, all fits
  std::int64_t step_ = 0;   // of this fit
  bool estimated_ = false;
  Clock::time_point last_{};
  Progress progress_;
};

}  // namespace cmgems::apps
