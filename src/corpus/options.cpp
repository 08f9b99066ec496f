#include "cmgems/corpus/options.h"

namespace cmgems::corpus {

void describe(OptionVisitor& visitor, DataOptions& options) {
  visitor.field("k", options.k, Bounds{3, 8});
  visitor.field("max_tokens", options.max_tokens, Bounds{5, 510});
  visitor.field("full_length_share", options.full_length_share, kProbability);
  visitor.field("validation_share", options.validation_share, Bounds{0.0001, 0.9});
  visitor.field("include", options.include);
  visitor.field("exclude", options.exclude);
  visitor.field("recut_each_epoch", options.recut_each_epoch);
}

}  // namespace cmgems::corpus
