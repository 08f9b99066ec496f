// When a run ends early: signals and a limit of time. The first signal asks for an orderly end, a later one ends the
// process at once.
#pragma once

#include <chrono>
#include <csignal>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cmgems::apps {

/// From its construction on, SIGTERM, SIGINT, SIGUSR1 and SIGHUP are noted instead of ending the process, but for those
/// that were ignored (nohup, a shell's background jobs). What follows within a second of the first counts as the same
/// request: timeout(1) signals its child and then the group. One object at a time.
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
  std::vector<std::pair<int, struct sigaction>> before_;
};

/// In its scope a reader of the log that went away (a closed terminal, `| head`) does not end the process.
class IgnoredPipe {
 public:
  IgnoredPipe();
  ~IgnoredPipe();
  IgnoredPipe(const IgnoredPipe&) = delete;
  IgnoredPipe& operator=(const IgnoredPipe&) = delete;

 private:
  struct sigaction before_ {};
};

}  // namespace cmgems::apps
