#include "cmgems/train/step_guard.h"

#include <algorithm>
#include <cmath>

namespace cmgems::train {
namespace {

Spike spread_of(const std::vector<double>& losses) {
  double sum = 0, squares = 0;
  for (const double loss : losses) sum += loss;
  const double mean = sum / static_cast<double>(losses.size());
  for (const double loss : losses) squares += (loss - mean) * (loss - mean);
  const double deviation = std::sqrt(squares / static_cast<double>(losses.size() - 1));
  return {mean, std::max(deviation, kSpikeLeastShare * std::abs(mean))};
}

}  // namespace

bool note_diverged(GuardState& state, std::int64_t step) {
  ++state.diverged_in_a_row;
  state.diverged.push_back(step);
  std::erase_if(state.diverged, [&](std::int64_t earlier) { return earlier <= step - kDivergedSpan; });
  return state.diverged_in_a_row >= kDivergedInARow ||
         static_cast<std::int64_t>(state.diverged.size()) >= kDivergedOfLast;
}

std::optional<Spike> note_loss(GuardState& state, double loss) {
  state.diverged_in_a_row = 0;
  std::optional<Spike> spike;
  if (state.losses.size() >= kSpikeMinimum) {
    const Spike before = spread_of(state.losses);
    if (loss > before.mean + kSpikeDeviations * before.deviation) spike = before;
  }
  state.losses.push_back(loss);
  if (state.losses.size() > kSpikeWindow) state.losses.erase(state.losses.begin());
  return spike;
}

}  // namespace cmgems::train
