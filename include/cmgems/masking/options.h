// Options of the maskers: the configuration's `masking` section.
#pragma once

#include "cmgems/base/options.h"

namespace cmgems::masking {

/// How positions of an example are chosen. One word each in the configuration.
enum class Strategy {
  random,    // DNABERT: spans around uniformly drawn centres
  genemask,  // spans around drawn centres, the best half of them widened to PMI spans
  global,    // PMI spans around the best tokens of the whole example
  cm_gems,   // genemask until the perplexity trigger, then global
};
const Words& strategy_words();

/// What the 10% of randomly replaced tokens are drawn from.
enum class RandomIds {
  kmers,       // k-mers only
  vocabulary,  // all ids, special tokens included (as the authors' released code does)
};

struct MaskingOptions {
  Strategy strategy = Strategy::cm_gems;
  double rate_scale = 1;  // multiplies every centre rate; 2 is the paper's doubled-rate study
  RandomIds random_ids = RandomIds::kmers;
};
void describe(OptionVisitor& visitor, MaskingOptions& options);

}  // namespace cmgems::masking
