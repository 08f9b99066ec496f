// What masks are like: the figures of a training log and of `cmgems mask --stats`.
#pragma once

#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <vector>

#include "cmgems/corpus/mask_statistics.h"

namespace cmgems::apps {

/// Shares and means of the sums; null where there is nothing to divide by.
nlohmann::ordered_json mask_statistics_json(const corpus::MaskStatistics& masks);

struct NamedStatistics {
  std::string strategy;
  corpus::MaskStatistics masks;
};

/// One column a strategy.
void print_mask_statistics(std::ostream& out, const std::vector<NamedStatistics>& strategies);

}  // namespace cmgems::apps
