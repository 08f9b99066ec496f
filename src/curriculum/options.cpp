#include "cmgems/curriculum/options.h"

#include "cmgems/masking/registry.h"

namespace cmgems::curriculum {

void describe(OptionVisitor& visitor, CurriculumOptions& options) {
  static const Words rules{{"signed", static_cast<int>(Rule::signed_drop)},
                           {"abs-min", static_cast<int>(Rule::abs_min)}};
  visitor.choice("rule", options.rule, rules);
  visitor.field("threshold", options.threshold, kAnyNumber);
  visitor.field("relative", options.relative);
  visitor.field("patience", options.patience, Bounds{1, 1e6});
  visitor.field("min_steps", options.min_steps, kNotNegative);
  visitor.field("switch_at_step", options.switch_at_step, kNotNegative);
  visitor.field("easy", options.easy);
  visitor.name("hard", options.hard, masking::masker_names());
  visitor.field("blocks", options.blocks, Bounds{1, 1e6});
  visitor.field("windows_per_draw", options.windows_per_draw, Bounds{1, 1e6});
}

}  // namespace cmgems::curriculum
