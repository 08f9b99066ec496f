// Draws a mask plan under its sequence.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "cmgems/masking/masker.h"

namespace cmgems::apps {

/// Bases that no unmasked token shows: what the model really has to guess.
/// `sequence` has plan.tokens + k - 1 bases.
std::vector<bool> hidden_bases(const masking::MaskPlan& plan, int k, std::size_t bases);

/// Three lines a block: the bases, '#' under the first base of every masked token, 'x' under every hidden base.
void draw_mask(std::ostream& out, const std::string& sequence, const masking::MaskPlan& plan, int k);

}  // namespace cmgems::apps
