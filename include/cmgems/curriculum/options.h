// Options of the curricula: the configuration's `curriculum` section.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cmgems/base/options.h"

namespace cmgems::curriculum {

/// What counts as no progress between measurements of the validation perplexity.
enum class Rule {
  signed_drop,  // the last drop is below the threshold (paper); validation masks are drawn once
  abs_min,      // the smallest |difference| of two consecutive measurements so far is (as released); validation masks
                // of a strategy with a trigger are drawn anew for each measurement, by the masker of that time
};

struct CurriculumOptions {
  Rule rule = Rule::signed_drop;
  double threshold = 1.0;      // smallest change of perplexity that counts as progress
  bool relative = false;       // threshold is a share of the previous perplexity
  std::int64_t patience = 1;   // consecutive measurements without progress before the switch
  std::int64_t min_steps = 0;  // no switch before this step (the plateau at the start can fool the rule)
  std::optional<std::int64_t> switch_at_step = {};  // fixed schedule instead of the rule
  std::optional<std::string> easy = {};             // null = genemask, or random for cm-step
  std::string hard = "global";
  std::int64_t blocks = 100;  // cm-step: the share of hard masks grows from 0 in so many equal blocks of steps
  std::optional<std::int64_t> windows_per_draw = {};  // cm-step: null = one draw a step (variant release: 10 windows)
};
void describe(OptionVisitor& visitor, CurriculumOptions& options);

}  // namespace cmgems::curriculum
