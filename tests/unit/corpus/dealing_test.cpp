#include "cmgems/corpus/dealing.h"

#include "support/catch.h"

using cmgems::corpus::deal;
using cmgems::corpus::imbalance_of;

TEST_CASE("the longest are dealt first, each to the rank that has least", "[corpus]") {
  // 9 -> 0, 7 -> 1, 6 -> 1 (7 < 9), 5 -> 0 (9 < 13), 2 -> 1 (13 < 14), 1 -> 0 (14 < 15)
  const std::vector<std::size_t> costs{5, 9, 1, 7, 6, 2};
  CHECK(deal(costs, 2) == std::vector<int>{0, 0, 0, 1, 1, 1});
  CHECK(imbalance_of(costs, deal(costs, 2), 2) == 0);
}

TEST_CASE("equal costs go round in their own order", "[corpus]") {
  const std::vector<std::size_t> costs{4, 4, 4, 4, 4};
  CHECK(deal(costs, 3) == std::vector<int>{0, 1, 2, 0, 1});
  // 8, 8, 4: the mean is 20 / 3, the busiest a fifth above it
  CHECK(imbalance_of(costs, deal(costs, 3), 3) == Approx(0.2));
}

TEST_CASE("more ranks than items leave some without", "[corpus]") {
  const std::vector<std::size_t> costs{3, 5};
  CHECK(deal(costs, 4) == std::vector<int>{1, 0});
  CHECK(deal(std::vector<std::size_t>{}, 2).empty());
  CHECK(imbalance_of({}, {}, 2) == 0);
}
