#include "cmgems/curriculum/learning_rate.h"

#include <algorithm>

namespace cmgems::curriculum {

double linear_warmup_decay(std::int64_t step, std::int64_t warmup_steps, std::int64_t max_steps) {
  if (step < warmup_steps)
    return static_cast<double>(step) / static_cast<double>(std::max<std::int64_t>(1, warmup_steps));
  const auto left = static_cast<double>(std::max<std::int64_t>(0, max_steps - step));
  return left / static_cast<double>(std::max<std::int64_t>(1, max_steps - warmup_steps));
}

}  // namespace cmgems::curriculum
