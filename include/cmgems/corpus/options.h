// The configuration's `data` section: how a genome becomes pretraining examples.
#pragma once

#include "cmgems/base/options.h"

namespace cmgems::corpus {

struct DataOptions {
  std::int64_t k = 6;                    // bases a token
  std::int64_t max_tokens = 510;         // k-mers of the longest window; [CLS] and [SEP] come on top
  double full_length_share = 0.5;        // share of windows of max_tokens; the others are uniform in 5..max_tokens
  double validation_share = 0.1;         // share of the genome's blocks that is never trained on
  std::optional<std::string> include{};  // BED file of what is used; null = everything
  std::optional<std::string> exclude{};  // BED file of what is left out, and wins over include; null = nothing
  bool recut_each_epoch = false;         // cut new windows every epoch instead of permuting the same ones
};
void describe(OptionVisitor& visitor, DataOptions& options);

}  // namespace cmgems::corpus
