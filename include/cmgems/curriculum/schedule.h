// A strategy as a run follows it: which masker masks which window of which step. A masker alone is a strategy; the
// curricula have two. The list of curricula: src/curriculum/schedule.cpp.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cmgems/curriculum/trigger.h"

namespace cmgems::curriculum {

/// How a curriculum goes from its first masker to its second.
enum class Pace {
  trigger,  // for good, when the perplexity trigger or the fixed schedule says so
  draw,     // by a draw each time, whose probability grows block by block (CM-Step)
};

struct CurriculumEntry {
  std::string_view name;  // word of the configuration
  Pace pace;
  bool hard_first;
  std::string_view summary;  // one line, for --help and tables
};
std::span<const CurriculumEntry> curricula();

/// All words of masking.strategy: the maskers, then the curricula.
const std::vector<std::string_view>& strategy_names();

/// Immutable; all methods are pure functions of their arguments and thread-safe.
class Schedule {
 public:
  /// Throws: UsageError for an unknown strategy or masker.
  Schedule(std::string_view strategy, const CurriculumOptions& options, std::int64_t max_steps, std::uint64_t seed);

  /// Names of the one masker or the two, in the order in which they are used.
  const std::vector<std::string>& maskers() const { return maskers_; }
  bool has_trigger() const { return maskers_.size() > 1 && pace_ == Pace::trigger; }
  const CurriculumOptions& options() const { return options_; }
  std::int64_t max_steps() const { return max_steps_; }

  /// Index in maskers() of what masks window `window` of step `step`, both 0-based. cm-step draws with the key (seed,
  /// step, window / windows_per_draw), so that the result does not depend on how a step is split.
  std::size_t masker_of(const State& state, std::int64_t step, std::int64_t window) const;
  /// cm-step: floor(step / (max_steps / blocks)) / blocks, the probability of the second masker at a step, 1 from
  /// max_steps on; else 0 or 1.
  double second_probability(const State& state, std::int64_t step) const;

  /// Index in maskers() of what masks the validation windows: the first, where they are redrawn that of the stage.
  std::size_t validation_masker(const State& state) const;
  /// The validation windows get new masks for every measurement: with a trigger of the rule abs-min.
  bool redraws_validation() const { return has_trigger() && options_.rule == Rule::abs_min; }

  /// The state after a measurement, or when `step` steps are done. Without a trigger, and after the last step, nothing
  /// switches.
  State observe(State state, const Measurement& measurement) const;
  State reach(State state, std::int64_t step) const;

 private:
  CurriculumOptions options_;
  std::vector<std::string> maskers_;
  Pace pace_ = Pace::trigger;
  std::int64_t max_steps_;
  std::uint64_t seed_;
};

}  // namespace cmgems::curriculum
