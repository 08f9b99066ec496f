// Logging and progress. Everything goes to stderr; stdout belongs to results. Thin names over spdlog, so that its
// header stays out of the others. Thread-safe.
#pragma once

#include <chrono>
#include <string>

namespace cmgems {

enum class LogLevel { quiet, normal, verbose };

/// quiet: warnings only; verbose: debug lines too. A NO_COLOR that is not empty is honoured (no-color.org).
void set_log_level(LogLevel level);

void log_debug(const std::string& message);
void log_info(const std::string& message);
void log_warning(const std::string& message);

/// A line that is redrawn on a terminal and printed every `interval` elsewhere; silent under LogLevel::quiet.
class Progress {
 public:
  explicit Progress(std::chrono::seconds interval = std::chrono::seconds(30));
  ~Progress();
  /// `text` is a whole line without line end.
  void show(const std::string& text);
  /// Ends the redrawn line, so that other output starts on a fresh one.
  void finish();

 private:
  bool terminal_;
  bool open_ = false;
  std::chrono::seconds interval_;
  std::chrono::steady_clock::time_point last_;
};

/// 93784 -> "26:03:04", 184 -> "3:04".
std::string format_duration(double seconds);
/// 1234567 -> "1,234,567".
std::string format_count(unsigned long long value);
/// 12345 -> "12.3k", 1234567 -> "1.23M".
std::string format_rate(double value);

}  // namespace cmgems
