#include "stop_rule.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <ctime>

#include "result_table.h"

namespace cmgems::apps {
namespace {

constexpr std::pair<int, const char*> kSignals[] = {
    {SIGTERM, "SIGTERM"}, {SIGINT, "SIGINT"}, {SIGUSR1, "SIGUSR1"}, {SIGHUP, "SIGHUP"}};
constexpr std::int64_t kSameRequest = 1000;  // ms

// A handler may write to lock-free atomics only.
std::atomic<int> g_signal = 0;
std::atomic<std::int64_t> g_first = 0;  // when it came, ms; 0 = none did
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<std::int64_t>::is_always_lock_free);

std::int64_t milliseconds() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return std::max<std::int64_t>(1, std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000);
}

/// Of what the signal does by itself; it is delivered when the handler returns.
void end_by(int signal) {
  struct sigaction action {};
  action.sa_handler = SIG_DFL;
  ::sigaction(signal, &action, nullptr);
  ::raise(signal);
}

extern "C" void note_signal(int signal) {
  const int error = errno;
  const std::int64_t now = milliseconds();
  std::int64_t first = 0;
  if (g_first.compare_exchange_strong(first, now)) {
    g_signal = signal;
  } else if (now - first >= kSameRequest) {
    end_by(signal);
  }
  errno = error;
}

}  // namespace

StopRule::StopRule(std::chrono::steady_clock::time_point start, std::optional<double> max_minutes)
    : start_(start), max_minutes_(max_minutes) {
  g_signal = 0;
  g_first = 0;
  struct sigaction action {};
  action.sa_handler = note_signal;
  action.sa_flags = SA_RESTART;
  for (const auto& [number, name] : kSignals) ::sigaddset(&action.sa_mask, number);
  for (const auto& [number, name] : kSignals) {
    struct sigaction before {};
    ::sigaction(number, nullptr, &before);
    if (before.sa_handler == SIG_IGN) continue;
    ::sigaction(number, &action, nullptr);
    before_.emplace_back(number, before);
  }
}

StopRule::~StopRule() {
  for (const auto& [number, action] : before_) ::sigaction(number, &action, nullptr);
}

std::string StopRule::reason() const {
  for (const auto& [number, name] : kSignals) {
    if (g_signal == number) return name;
  }
  const std::chrono::duration<double, std::ratio<60>> passed = std::chrono::steady_clock::now() - start_;
  if (max_minutes_ && passed.count() >= *max_minutes_) return "--max-minutes " + decimals(*max_minutes_, 2);
  return {};
}

IgnoredPipe::IgnoredPipe() {
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGPIPE, &ignore, &before_);
}

IgnoredPipe::~IgnoredPipe() { ::sigaction(SIGPIPE, &before_, nullptr); }

}  // namespace cmgems::apps
