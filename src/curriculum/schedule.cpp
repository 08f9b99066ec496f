#include "cmgems/curriculum/schedule.h"

#include <algorithm>

#include "cmgems/base/error.h"
#include "cmgems/base/random.h"
#include "cmgems/masking/registry.h"

namespace cmgems::curriculum {
namespace {

/// The one visible list: word, pace, whether the hard masker comes first, summary.
constexpr CurriculumEntry kCurricula[] = {
    {"cm-gems", Pace::trigger, false, "the easy masker until validation perplexity stops falling, then the hard one"},
    {"cm-step", Pace::draw, false, "the hard masker with a probability that grows from 0 block by block"},
    {"hard-to-easy", Pace::trigger, true, "cm-gems the wrong way round, a negative control"}};

const CurriculumEntry* find_curriculum(std::string_view name) {
  const auto* found = std::find_if(std::begin(kCurricula), std::end(kCurricula),
                                   [&](const CurriculumEntry& entry) { return entry.name == name; });
  return found == std::end(kCurricula) ? nullptr : found;
}

/// The papers' easy maskers where none is given: CM-GEMS starts with GeneMask, CM-Step with random masks.
std::string easy_masker(const CurriculumOptions& options, Pace pace) {
  return options.easy.value_or(pace == Pace::draw ? "random" : "genemask");
}

}  // namespace

std::span<const CurriculumEntry> curricula() { return kCurricula; }

const std::vector<std::string_view>& strategy_names() {
  static const std::vector<std::string_view> names = [] {
    auto list = masking::masker_names();
    for (const auto& entry : kCurricula) list.push_back(entry.name);
    return list;
  }();
  return names;
}

Schedule::Schedule(std::string_view strategy, const CurriculumOptions& options, std::int64_t max_steps,
                   std::uint64_t seed)
    : options_(options), max_steps_(max_steps), seed_(seed) {
  if (const auto* curriculum = find_curriculum(strategy)) {
    pace_ = curriculum->pace;
    options_.easy = easy_masker(options, pace_);
    maskers_ = {*options_.easy, options_.hard};
    if (curriculum->hard_first) std::swap(maskers_[0], maskers_[1]);
  } else {
    maskers_ = {std::string(strategy)};
  }
  for (const auto& masker : maskers_) masking::find_masker(masker);
}

double Schedule::second_probability(const State& state, std::int64_t step) const {
  if (maskers_.size() == 1) return 0;
  if (pace_ == Pace::trigger) return state.switched() ? 1 : 0;
  // bounds of the options: max_steps * blocks fits
  const std::int64_t block = std::clamp<std::int64_t>(step, 0, max_steps_) * options_.blocks / max_steps_;
  return static_cast<double>(block) / static_cast<double>(options_.blocks);
}

std::size_t Schedule::masker_of(const State& state, std::int64_t step, std::int64_t window) const {
  const double probability = second_probability(state, step);
  if (probability == 0 || probability == 1) return probability == 1 ? 1 : 0;
  const auto draw = options_.windows_per_draw ? window / *options_.windows_per_draw : 0;
  RandomStream random(seed_, Purpose::curriculum, static_cast<std::uint64_t>(step), static_cast<std::uint64_t>(draw));
  return random.uniform() < probability ? 1 : 0;
}

std::size_t Schedule::validation_masker(const State& state) const {
  return redraws_validation() && state.switched() ? 1 : 0;
}

State Schedule::observe(State state, const Measurement& measurement) const {
  const auto before = state.switch_step;
  state = curriculum::observe(options_, std::move(state), measurement);
  // without a trigger nothing switches, and after the last step there is nothing left to mask
  if (!has_trigger() || measurement.step >= max_steps_) state.switch_step = before;
  return state;
}

State Schedule::reach(State state, std::int64_t step) const {
  return has_trigger() ? curriculum::reach(options_, std::move(state), step) : state;
}

}  // namespace cmgems::curriculum
