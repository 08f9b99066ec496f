// cmgems mask --schedule: what the curriculum of a configuration would have done on a recorded perplexity curve.
#pragma once

#include <string>
#include <vector>

#include "command.h"

namespace cmgems::apps {

/// --schedule, --trace.
struct ScheduleFlags {
  std::string config;
  std::string trace;
  bool given() const { return !config.empty() || !trace.empty(); }
};
/// REQUIRES: `command` has the flags of the preview already; a replay would ignore them, so that they are refused.
void add_schedule_flags(CLI::App& command, ScheduleFlags& flags);

/// `assignments` are those of --set, on top of the configuration.
/// Throws: UsageError when one of the two flags is missing, what reading of configuration and trace throws.
void run_schedule(const ScheduleFlags& flags, const std::vector<std::string>& assignments, bool json);

}  // namespace cmgems::apps
