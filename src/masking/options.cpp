#include "cmgems/masking/options.h"

namespace cmgems::masking {

const Words& strategy_words() {
  static const Words words{{"random", static_cast<int>(Strategy::random)},
                           {"genemask", static_cast<int>(Strategy::genemask)},
                           {"global", static_cast<int>(Strategy::global)},
                           {"cm-gems", static_cast<int>(Strategy::cm_gems)}};
  return words;
}

void describe(OptionVisitor& visitor, MaskingOptions& options) {
  static const Words random_ids{{"kmers", static_cast<int>(RandomIds::kmers)},
                                {"vocabulary", static_cast<int>(RandomIds::vocabulary)}};
  visitor.choice("strategy", options.strategy, strategy_words());
  visitor.field("rate_scale", options.rate_scale, Bounds{0.01, 6});
  visitor.choice("random_ids", options.random_ids, random_ids);
}

}  // namespace cmgems::masking
