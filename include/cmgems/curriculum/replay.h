// What a schedule would have done on a perplexity curve that another run recorded.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "cmgems/curriculum/schedule.h"

namespace cmgems::curriculum {

struct Trace {
  std::vector<Measurement> curve;
  std::optional<std::int64_t> switch_step;  // of the run that was recorded, when its log says so
};

/// Reads the eval events of a run's metrics.jsonl, or a table of steps and perplexities: columns separated by tabs,
/// commas or blanks, with a header that names `step` and `perplexity` in any place, or without one in that order; empty
/// lines and lines that start with # are passed over. Steps are whole, ascend and lie in 0..max_steps (0 = before
/// training), perplexities are positive and finite.
/// Throws: InputNotFound, DataError (file, line, what was expected).
Trace read_trace(const std::filesystem::path& path, std::int64_t max_steps);

/// One measurement and what it leads to.
struct ReplayStep {
  Measurement measurement;
  std::optional<double> drop;  // since the measurement before, absolute
  State state;                 // after it
  bool switches = false;       // at this measurement, or by the fixed schedule since the one before
  double second_probability;   // that the second masker masks the next step
  double second_share;         // of the steps since the measurement before, those that the second masker masked
};

/// Pure: the same functions that a run calls, in the same order. REQUIRES: steps ascend from 0 or more.
std::vector<ReplayStep> replay(const Schedule& schedule, const std::vector<Measurement>& curve);

}  // namespace cmgems::curriculum
