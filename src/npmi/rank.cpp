#include "cmgems/npmi/rank.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace cmgems::npmi {
namespace {

/// Indices of `values` in the order of `before`; equal ones in the order of their indices.
template <class Before>
std::vector<std::int32_t> sorted_indices(const std::vector<double>& values, Before before) {
  std::vector<std::int32_t> order(values.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::int32_t a, std::int32_t b) {
    return before(values[static_cast<std::size_t>(a)], values[static_cast<std::size_t>(b)]);
  });
  return order;
}

}  // namespace

std::vector<std::int32_t> ranks_of(const std::vector<double>& npmi) {
  const auto order = sorted_indices(npmi, [](double left, double right) {
    if (std::isnan(left) || std::isnan(right)) return !std::isnan(left) && std::isnan(right);
    return left > right;
  });
  std::vector<std::int32_t> ranks(npmi.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    ranks[static_cast<std::size_t>(order[i])] = static_cast<std::int32_t>(i);
  }
  return ranks;
}

std::vector<double> mean_ranks(const std::vector<double>& values) {
  const auto order = sorted_indices(values, [](double left, double right) { return left < right; });
  const auto value = [&](std::size_t place) { return values[static_cast<std::size_t>(order[place])]; };
  std::vector<double> ranks(values.size());
  for (std::size_t first = 0, end = 0; first < order.size(); first = end) {
    while (end < order.size() && value(end) == value(first)) ++end;
    const double mean = 0.5 * static_cast<double>(first + 1 + end);  // of first + 1 .. end
    for (std::size_t i = first; i < end; ++i) ranks[static_cast<std::size_t>(order[i])] = mean;
  }
  return ranks;
}

}  // namespace cmgems::npmi
