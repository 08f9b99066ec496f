// Seconds between two points of a command, for run.json and --verbose.
#pragma once

#include <chrono>
#include <string>

#include "result_table.h"

namespace cmgems::apps {

class Stopwatch {
 public:
  /// Seconds since the last call, or since the start.
  double lap() {
    const auto now = std::chrono::steady_clock::now();
    const double seconds = std::chrono::duration<double>(now - last_).count();
    last_ = now;
    return seconds;
  }
  /// The same as "0.123 s".
  std::string text() { return decimals(lap(), 3) + " s"; }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

}  // namespace cmgems::apps
