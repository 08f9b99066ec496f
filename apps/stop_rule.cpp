#include "stop_rule.h"

#include <csignal>
#include <utility>

#include "result_table.h"

namespace cmgems::apps {
namespace {

constexpr std::pair<int, const char*> kSignals[] = {{SIGTERM, "SIGTERM"}, {SIGINT, "SIGINT"}, {SIGUSR1, "SIGUSR1"}};

volatile std::sig_atomic_t g_signal = 0;  // a handler has nothing else to write to

extern "C" void note_signal(int signal) {
  g_signal = signal;
  for (const auto& [number, name] : kSignals) std::signal(number, SIG_DFL);
}

}  // namespace

StopRule::StopRule(std::chrono::steady_clock::time_point start, std::optional<double> max_minutes)
    : start_(start), max_minutes_(max_minutes) {
  g_signal = 0;
  struct sigaction action {};
  action.sa_handler = note_signal;
  action.sa_flags = SA_RESTART;
  for (const auto& [number, name] : kSignals) {
    struct sigaction before {};
    ::sigaction(number, nullptr, &before);
    if (before.sa_handler != SIG_IGN) ::sigaction(number, &action, nullptr);  // a shell's background job ignores SIGINT
  }
}

StopRule::~StopRule() {
  for (const auto& [number, name] : kSignals) {
    struct sigaction now {};
    ::sigaction(number, nullptr, &now);
    if (now.sa_handler == note_signal) std::signal(number, SIG_DFL);
  }
}

std::string StopRule::reason() const {
  for (const auto& [number, name] : kSignals) {
    if (g_signal == number) return name;
  }
  const std::chrono::duration<double, std::ratio<60>> passed = std::chrono::steady_clock::now() - start_;
  if (max_minutes_ && passed.count() >= *max_minutes_) return "--max-minutes " + decimals(*max_minutes_, 2);
  return {};
}

}  // namespace cmgems::apps
