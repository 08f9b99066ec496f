// Dealing work to ranks so that all finish at about the same time. Pure functions: every rank computes the same.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace cmgems::corpus {

/// Which part of a batch a process takes: part `rank` of `world`.
struct Share {
  int rank = 0;
  int world = 1;
};

/// Longest first: the items in order of falling cost, equal ones in their own order, each to the rank that has least so
/// far, the lower one of equals. (Graham 1969: at most a third above the best possible.) -> the rank of each item.
std::vector<int> deal(std::span<const std::size_t> costs, int world);

/// How much more than the mean the busiest rank has: 0 = all alike, 0.1 = the others wait for a tenth of their time.
double imbalance_of(std::span<const std::size_t> costs, std::span<const int> ranks, int world);

}  // namespace cmgems::corpus
