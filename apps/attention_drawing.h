// A picture of attention: the map of a layer above the importance of the bases.
#pragma once

#include <string>
#include <vector>

#include "cmgems/infer/attention.h"

namespace cmgems::apps {

/// SVG: the last of the chosen layers, mean over heads, at most 96 x 96 cells (means of neighbours); below it the
/// importance of each base, with letters when there is room.
std::string attention_svg(const tasks::SequenceRecord& record, const infer::AttentionMaps& maps,
                          const std::vector<double>& importance);

}  // namespace cmgems::apps
