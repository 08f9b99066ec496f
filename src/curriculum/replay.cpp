#include "cmgems/curriculum/replay.h"

#include <algorithm>

namespace cmgems::curriculum {
namespace {

/// How many of the steps begin..end-1 the second masker masks.
std::int64_t steps_of_second(const Schedule& schedule, const State& state, std::int64_t begin, std::int64_t end) {
  if (schedule.has_trigger()) {
    const auto at = schedule.reach(state, end - 1).switch_step;
    return at ? end - std::clamp(*at, begin, end) : 0;
  }
  std::int64_t second = 0;
  for (std::int64_t step = begin; step < end; ++step) {
    second += static_cast<std::int64_t>(schedule.masker_of(state, step, 0));
  }
  return second;
}

double share_of_second(const Schedule& schedule, const State& state, std::int64_t begin, std::int64_t end) {
  end = std::min(end, schedule.max_steps());  // no step comes after these, however far a curve goes
  if (schedule.maskers().size() < 2 || end <= begin) return 0;
  return static_cast<double>(steps_of_second(schedule, state, begin, end)) / static_cast<double>(end - begin);
}

}  // namespace

std::vector<ReplayStep> replay(const Schedule& schedule, const std::vector<Measurement>& curve) {
  std::vector<ReplayStep> steps;
  State state;
  std::int64_t before = 0;
  for (const auto& measurement : curve) {
    ReplayStep one{measurement, {}, {}, false, 0, 0};
    if (!state.history.empty()) one.drop = state.history.back().perplexity - measurement.perplexity;
    one.second_share = share_of_second(schedule, state, before, measurement.step);
    const bool switched = state.switched();
    // a fixed switch before this measurement comes first, one at this very step after it, as in a run
    state = schedule.reach(std::move(state), measurement.step - 1);
    state = schedule.observe(std::move(state), measurement);
    if (measurement.step < schedule.max_steps()) state = schedule.reach(std::move(state), measurement.step);
    one.state = state;
    one.switches = state.switched() && !switched;
    one.second_probability = schedule.second_probability(state, measurement.step);
    steps.push_back(std::move(one));
    before = measurement.step;
  }
  return steps;
}

}  // namespace cmgems::curriculum
