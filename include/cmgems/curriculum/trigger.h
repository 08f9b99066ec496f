// The perplexity trigger of CM-GEMS (section 4.2): when validation perplexity changes by less than a threshold between
// two measurements, the second masker takes over from the next step and stays. Pure functions of a state that prints
// and saves.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cmgems/curriculum/options.h"

namespace cmgems::curriculum {

/// One measurement of validation perplexity.
struct Measurement {
  std::int64_t step;
  double perplexity;
  bool operator==(const Measurement&) const = default;
};

struct State {
  std::vector<Measurement> history;
  std::int64_t stalled = 0;                      // measurements without progress in a row, up to the switch
  std::optional<std::int64_t> switch_step = {};  // last step of the first masker; the second one masks what follows
  bool switched() const { return switch_step.has_value(); }
  bool operator==(const State&) const = default;
};

/// The state after a measurement; it switches at most once. REQUIRES: steps ascend.
State observe(const CurriculumOptions& options, State state, const Measurement& measurement);
/// The state when `step` steps are done: the fixed schedule switches after its own step.
State reach(const CurriculumOptions& options, State state, std::int64_t step);

/// Drop of perplexity at each measurement but the first, absolute.
std::vector<double> drops(const State& state);

/// {"stage": "first"|"second", "switch_step", "stalled", "history": [[step, perplexity], ...]}; numbers keep every bit.
std::string to_json(const State& state);
/// Throws: DataError when the text is not what to_json writes.
State state_from_json(std::string_view text);

}  // namespace cmgems::curriculum
