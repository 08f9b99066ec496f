#include "cmgems/base/log.h"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace cmgems {
namespace {

bool g_quiet = false;

spdlog::logger& logger() {
  static const auto instance = [] {
    const char* no_color = std::getenv("NO_COLOR");
    const bool plain = no_color != nullptr && *no_color != '\0';
    const auto mode = plain ? spdlog::color_mode::never : spdlog::color_mode::automatic;
    auto created = spdlog::stderr_color_mt("cmgems", mode);
    created->set_pattern("%^%H:%M:%S %L%$ %v");
    created->flush_on(spdlog::level::info);
    return created;
  }();
  return *instance;
}

}  // namespace

void set_log_level(LogLevel level) {
  g_quiet = level == LogLevel::quiet;
  logger().set_level(g_quiet                      ? spdlog::level::warn
                     : level == LogLevel::verbose ? spdlog::level::debug
                                                  : spdlog::level::info);
}

void log_debug(const std::string& message) { logger().debug("{}", message); }
void log_info(const std::string& message) { logger().info("{}", message); }
void log_warning(const std::string& message) { logger().warn("{}", message); }

Progress::Progress(std::chrono::seconds interval)
    : terminal_(::isatty(STDERR_FILENO) == 1), interval_(interval), last_(std::chrono::steady_clock::now()) {}

Progress::~Progress() { finish(); }

void Progress::show(const std::string& text) {
  if (g_quiet) return;
  const auto now = std::chrono::steady_clock::now();
  if (terminal_) {
    if (open_ && now - last_ < std::chrono::milliseconds(100)) return;
    std::fprintf(stderr, "\r%s\x1b[K", text.c_str());
    std::fflush(stderr);
    open_ = true;
    last_ = now;
  } else if (now - last_ >= interval_) {
    log_info(text);
    last_ = now;
  }
}

void Progress::finish() {
  if (open_) std::fputs("\r\x1b[K", stderr);
  open_ = false;
}

std::string format_duration(double seconds) {
  const auto whole = static_cast<unsigned long long>(seconds < 0 ? 0 : seconds + 0.5);
  char text[48];
  if (whole >= 3600) {
    std::snprintf(text, sizeof text, "%llu:%02llu:%02llu", whole / 3600, whole / 60 % 60, whole % 60);
  } else {
    std::snprintf(text, sizeof text, "%llu:%02llu", whole / 60, whole % 60);
  }
  return text;
}

std::string format_count(unsigned long long value) {
  std::string text = std::to_string(value);
  for (std::size_t i = text.size(); i > 3; i -= 3) text.insert(i - 3, 1, ',');
  return text;
}

std::string format_rate(double value) {
  char text[32];
  if (value >= 999'500) {
    std::snprintf(text, sizeof text, "%.2fM", value / 1e6);
  } else if (value >= 1000) {
    std::snprintf(text, sizeof text, "%.1fk", value / 1e3);
  } else {
    std::snprintf(text, sizeof text, "%.0f", value);
  }
  return text;
}

}  // namespace cmgems
