// The sums behind the figures of masks, so that a run that continues goes on adding to them.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "cmgems/train/observer.h"

namespace cmgems::apps {

nlohmann::ordered_json mask_sums_json(const std::vector<train::MaskerReport>& masks);
/// Throws: nlohmann's exceptions when the document is not what mask_sums_json makes.
std::vector<train::MaskerReport> mask_sums_from_json(const nlohmann::ordered_json& json);

}  // namespace cmgems::apps
