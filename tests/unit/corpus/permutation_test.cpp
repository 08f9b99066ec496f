#include "cmgems/corpus/permutation.h"

#include <set>

#include "support/catch.h"

using cmgems::corpus::Permutation;

TEST_CASE("a permutation hits every index once", "[corpus]") {
  for (std::uint64_t n : {1ULL, 2ULL, 3ULL, 10ULL, 1000ULL, 4097ULL}) {
    const Permutation permutation(n, 42, 7);
    std::set<std::uint64_t> seen;
    for (std::uint64_t i = 0; i < n; ++i) seen.insert(permutation(i));
    CHECK(seen.size() == n);
    CHECK(*seen.rbegin() == n - 1);
  }
}

TEST_CASE("epochs and seeds have orders of their own", "[corpus]") {
  const auto order = [](std::uint64_t seed, std::uint64_t epoch) {
    std::vector<std::uint64_t> values;
    for (std::uint64_t i = 0; i < 100; ++i) values.push_back(Permutation(100, seed, epoch)(i));
    return values;
  };
  CHECK(order(1, 0) == order(1, 0));
  CHECK(order(1, 0) != order(1, 1));
  CHECK(order(1, 0) != order(2, 0));
  int fixed = 0;
  for (std::uint64_t i = 0; i < 100; ++i) fixed += order(1, 0)[i] == i ? 1 : 0;
  CHECK(fixed < 8);  // one on average
}
