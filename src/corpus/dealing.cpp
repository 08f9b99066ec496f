#include "cmgems/corpus/dealing.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <queue>
#include <utility>

namespace cmgems::corpus {

std::vector<int> deal(std::span<const std::size_t> costs, int world) {
  std::vector<std::size_t> order(costs.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return costs[a] > costs[b]; });
  using Load = std::pair<std::size_t, int>;  // cost so far, rank
  std::priority_queue<Load, std::vector<Load>, std::greater<>> loads;
  for (int rank = 0; rank < world; ++rank) loads.emplace(0, rank);
  std::vector<int> ranks(costs.size());
  for (const auto item : order) {
    const auto [cost, rank] = loads.top();
    loads.pop();
    ranks[item] = rank;
    loads.emplace(cost + costs[item], rank);
  }
  return ranks;
}

double imbalance_of(std::span<const std::size_t> costs, std::span<const int> ranks, int world) {
  std::vector<std::size_t> loads(static_cast<std::size_t>(world));
  for (std::size_t i = 0; i < costs.size(); ++i) loads[static_cast<std::size_t>(ranks[i])] += costs[i];
  const auto sum = static_cast<double>(std::accumulate(loads.begin(), loads.end(), std::size_t{0}));
  if (sum == 0) return 0;
  return static_cast<double>(*std::max_element(loads.begin(), loads.end())) * world / sum - 1;
}

}  // namespace cmgems::corpus
