// What a run remembers between two steps, beside weights and moments: state.json of a checkpoint (docs/checkpoint.md).
// Everything else (order of the windows, masks, dropout, learning rate) is a pure function of step and seed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cmgems/curriculum/trigger.h"
#include "cmgems/train/step_guard.h"

namespace cmgems::train {

struct RunState {
  std::int64_t step = 0;     // completed
  std::uint64_t tokens = 0;  // seen, [CLS] and [SEP] included
  std::int64_t skipped = 0;  // steps left out, without a masked token or not finite
  curriculum::State curriculum;
  GuardState guard;
};

/// `seed` and `windows_per_step` say where in the data the run stands. Numbers keep every bit.
std::string to_json(const RunState& state, std::int64_t seed, std::int64_t windows_per_step);
/// Throws: DataError when the text is not what to_json writes.
RunState run_state_from_json(std::string_view text);

}  // namespace cmgems::train
