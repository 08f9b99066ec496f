#include "cmgems/corpus/sequences.h"

#include "support/catch.h"

using namespace cmgems;
using corpus::SequenceBatch;

namespace {

std::vector<kmer::TokenId> tokens(int count) {
  std::vector<kmer::TokenId> all;
  for (int i = 0; i < count; ++i) all.push_back(5 + i);
  return all;
}

std::vector<std::size_t> lengths(int count, std::size_t longest) {
  const auto all = tokens(count);
  std::vector<std::size_t> sizes;
  kmer::TokenId next = 5;
  for (const auto piece : corpus::cut_pieces(all, longest)) {
    sizes.push_back(piece.size());
    for (const auto token : piece) CHECK(token == next++);  // adjacent, every token once
  }
  CHECK(next == 5 + count);
  return sizes;
}

}  // namespace

TEST_CASE("as few pieces as there can be, of equal length but for one token", "[corpus]") {
  using Sizes = std::vector<std::size_t>;
  CHECK(lengths(510, 510) == Sizes{510});
  CHECK(lengths(511, 510) == Sizes{256, 255});
  CHECK(lengths(1021, 510) == Sizes{341, 340, 340});
  CHECK(lengths(7, 3) == Sizes{3, 2, 2});
  CHECK(lengths(1, 3) == Sizes{1});
  CHECK(lengths(0, 3) == Sizes{0});
}

TEST_CASE("batches hold whole sequences up to the budget; a longer one is alone, in parts", "[corpus]") {
  std::vector<SequenceBatch> batches;
  corpus::SequenceBatcher batcher(4, 12, [&](const SequenceBatch& batch) { batches.push_back(batch); });
  for (const int count : {3, 5, 2, 9, 1}) batcher.add(tokens(count));  // 5, 9, 4, 15 and 3 with [CLS] and [SEP]
  batcher.finish();
  batcher.finish();  // nothing is left
  REQUIRE(batches.size() == 5);
  for (std::size_t i : {0, 1, 2, 4}) CHECK(batches[i].parts.size() == 1);
  CHECK(batches[1].sequences == std::vector<std::int32_t>{0, 2});
  CHECK(batches[1].parts[0].ids == std::vector<std::int64_t>{2, 5, 6, 7, 3, 2, 8, 9, 3});
  CHECK(batches[1].parts[0].positions == std::vector<std::int64_t>{0, 1, 2, 3, 4, 0, 1, 2, 3});
  CHECK(batches[3].sequences == std::vector<std::int32_t>{0, 3});
  REQUIRE(batches[3].parts.size() == 2);
  CHECK(batches[3].parts[0].cu_seqlens == std::vector<std::int32_t>{0, 5, 10});
  CHECK(batches[3].parts[1].cu_seqlens == std::vector<std::int32_t>{0, 5});

  batches.clear();
  corpus::SequenceBatcher wide(4, 20, [&](const SequenceBatch& batch) { batches.push_back(batch); });
  for (const int count : {3, 5, 2}) wide.add(tokens(count));
  wide.finish();
  REQUIRE(batches.size() == 1);
  CHECK(batches[0].sequences == std::vector<std::int32_t>{0, 1, 3, 4});
}
