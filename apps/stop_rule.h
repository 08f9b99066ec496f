// When a run ends early: signals and a limit of time. The first signal asks for an orderly end, the second one ends the
// process at once.
#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace cmgems::apps {

/// From its construction on, SIGTERM, SIGINT and SIGUSR1 are noted instead of ending the process; one object at a time.
class StopRule {
 public:
  /// `max_minutes` after `start`.
  StopRule(std::chrono::steady_clock::time_point start, std::optional<double> max_minutes);
  /// What the signals did before, they do again.
  ~StopRule();
  StopRule(const StopRule&) = delete;
  StopRule& operator=(const StopRule&) = delete;
  /// "SIGTERM", "--max-minutes 60", or empty: go on.
  std::string reason() const;

 private:
  std::chrono::steady_clock::time_point start_;
  std::optional<double> max_minutes_;
};

}  // namespace cmgems::apps
