#include "cmgems/corpus/batch.h"

#include "support/catch.h"

using namespace cmgems::corpus;
using Ids = std::vector<std::int64_t>;

TEST_CASE("windows lie back to back, longest first, with their masks moved along", "[corpus]") {
  const std::vector<MaskedExample> examples{{{10, 4}, {1}, {11}}, {{20, 21, 4}, {0, 2}, {25, 22}}};
  const auto batches = pack(examples, 0);
  REQUIRE(batches.size() == 1);
  CHECK(batches[0].ids == Ids{2, 20, 21, 4, 3, 2, 10, 4, 3});
  CHECK(batches[0].positions == Ids{0, 1, 2, 3, 4, 0, 1, 2, 3});
  CHECK(batches[0].cu_seqlens == std::vector<std::int32_t>{0, 5, 9});
  CHECK(batches[0].masked == Ids{1, 3, 7});
  CHECK(batches[0].labels == Ids{25, 22, 11});
}

TEST_CASE("a budget splits the batch and never a window", "[corpus]") {
  const std::vector<MaskedExample> examples{
      {{1, 2, 3, 4, 5, 6}, {}, {}}, {{1, 2}, {}, {}}, {{1, 2, 3}, {}, {}}, {{1, 2}, {}, {}}};
  const auto batches = pack(examples, 9);  // lengths 8, 5, 4, 4
  REQUIRE(batches.size() == 3);
  CHECK(batches[0].tokens() == 8);
  CHECK(batches[1].cu_seqlens == std::vector<std::int32_t>{0, 5, 9});
  CHECK(batches[2].tokens() == 4);
  const auto smaller = pack(examples, 4);
  CHECK(smaller.size() == 4);
  CHECK(smaller[0].tokens() == 8);  // longer than the budget: alone
}
