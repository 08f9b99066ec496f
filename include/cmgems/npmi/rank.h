// Orders of scores: the one that the table's rank column states, and the one that rank correlations are made of.
#pragma once

#include <cstdint>
#include <vector>

namespace cmgems::npmi {

/// Rank of every k-mer: 0 = highest score, those without one (NaN) last, ties by index.
std::vector<std::int32_t> ranks_of(const std::vector<double>& npmi);

/// Ranks from 1, lowest first; equal values share the mean of their ranks. REQUIRES: no NaN.
std::vector<double> mean_ranks(const std::vector<double>& values);

}  // namespace cmgems::npmi
