// The order of k-mers that a table's rank column states.
#pragma once

#include <cstdint>
#include <vector>

namespace cmgems::npmi {

/// Rank of every k-mer: 0 = highest score, those without one (NaN) last, ties by index.
std::vector<std::int32_t> ranks_of(const std::vector<double>& npmi);

}  // namespace cmgems::npmi
