// Learning-rate schedules: pure functions of the step.
#pragma once

#include <cstdint>

namespace cmgems::curriculum {

/// Linear warm-up to 1 over `warmup_steps`, then linear decay to 0 at `max_steps`; factor for the update that makes
/// `step` complete (step = 0 for the first). Equal to transformers' linear schedule with warm-up.
double linear_warmup_decay(std::int64_t step, std::int64_t warmup_steps, std::int64_t max_steps);

}  // namespace cmgems::curriculum
