#include "cmgems/curriculum/trigger.h"

#include <algorithm>
#include <cmath>

namespace cmgems::curriculum {
namespace {

/// Change from one measurement to the next, in the unit of the threshold.
double change(const CurriculumOptions& options, const Measurement& before, const Measurement& now) {
  const double drop = before.perplexity - now.perplexity;
  return options.relative ? drop / before.perplexity : drop;
}

bool without_progress(const CurriculumOptions& options, const std::vector<Measurement>& history) {
  if (options.rule == Rule::signed_drop) {
    return change(options, history[history.size() - 2], history.back()) < options.threshold;
  }
  double smallest = std::abs(change(options, history[0], history[1]));
  for (std::size_t i = 2; i < history.size(); ++i) {
    smallest = std::min(smallest, std::abs(change(options, history[i - 1], history[i])));
  }
  return smallest < options.threshold;
}

}  // namespace

State observe(const CurriculumOptions& options, State state, const Measurement& measurement) {
  state.history.push_back(measurement);
  if (state.history.size() < 2 || state.switched() || options.switch_at_step) return state;
  state.stalled = without_progress(options, state.history) ? state.stalled + 1 : 0;
  if (state.stalled >= options.patience && measurement.step >= options.min_steps) state.switch_step = measurement.step;
  return state;
}

State reach(const CurriculumOptions& options, State state, std::int64_t step) {
  if (!state.switched() && options.switch_at_step && step >= *options.switch_at_step) {
    state.switch_step = options.switch_at_step;
  }
  return state;
}

std::vector<double> drops(const State& state) {
  std::vector<double> result;
  for (std::size_t i = 1; i < state.history.size(); ++i) {
    result.push_back(state.history[i - 1].perplexity - state.history[i].perplexity);
  }
  return result;
}

}  // namespace cmgems::curriculum
