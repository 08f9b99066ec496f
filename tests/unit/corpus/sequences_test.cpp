#include "cmgems/corpus/sequences.h"

#include "support/catch.h"

using namespace cmgems;
using corpus::PieceBatch;

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

TEST_CASE("a training batch knows the pieces of each sequence", "[corpus]") {
  corpus::SequenceBatch batch;
  for (const int count : {3, 5, 2}) corpus::append_sequence(batch, tokens(count), 4);
  CHECK(batch.size() == 3);
  CHECK(batch.sequences == std::vector<std::int32_t>{0, 1, 3, 4});
  CHECK(batch.pieces.cu_seqlens == std::vector<std::int32_t>{0, 5, 10, 14, 18});
}

TEST_CASE("pieces come in order, and never more at once than the budget", "[corpus]") {
  std::vector<PieceBatch> batches;
  corpus::PieceBatcher batcher(4, 12, [&](const PieceBatch& batch) { batches.push_back(batch); });
  for (const int count : {3, 5, 9, 1}) batcher.add(tokens(count));  // pieces of 3; 3, 2; 3, 3, 3; 1
  CHECK(batches.size() == 3);                                       // before the end: nothing waits for it
  batcher.finish();
  batcher.finish();  // nothing is left
  REQUIRE(batches.size() == 4);
  CHECK(batches[0].windows.ids == std::vector<std::int64_t>{2, 5, 6, 7, 3, 2, 5, 6, 7, 3});
  CHECK(batches[0].windows.positions == std::vector<std::int64_t>{0, 1, 2, 3, 4, 0, 1, 2, 3, 4});
  CHECK(batches[1].windows.cu_seqlens == std::vector<std::int32_t>{0, 4, 9});  // the end of one, the begin of the next
  CHECK(batches[2].windows.cu_seqlens == std::vector<std::int32_t>{0, 5, 10});
  CHECK(batches[3].windows.ids == std::vector<std::int64_t>{2, 5, 3});
  std::string places;
  double shares = 0;
  for (const auto& batch : batches) {
    for (const auto& piece : batch.pieces) {
      places += std::string(piece.first ? "(" : "") + "." + (piece.last ? ")" : "");
      shares += piece.share;
    }
  }
  CHECK(places == "(.)(..)(...)(.)");
  CHECK(shares == Approx(4));
  CHECK(batches[0].pieces[0].share == 1);
  CHECK(batches[0].pieces[1].share == Approx(0.6));
}

TEST_CASE("a long sequence of bases is handed over piece by piece, as its tokens are", "[corpus]") {
  const kmer::Vocabulary vocabulary(3);
  std::string bases;
  for (int i = 0; i < 5000; ++i) bases += "ACGTTGCANGGATC"[i * i % 14];
  std::vector<std::int64_t> ids, expected;
  std::size_t most = 0, before_end = 0, batches = 0;
  const auto take = [&](const PieceBatch& batch) {
    most = std::max(most, batch.windows.tokens());
    ids.insert(ids.end(), batch.windows.ids.begin(), batch.windows.ids.end());
    ++batches;
  };
  corpus::PieceBatcher of_bases(20, 64, take);
  of_bases.add(vocabulary, bases);
  before_end = batches;
  of_bases.finish();
  CHECK(most <= 64);
  CHECK(before_end == 124);  // 250 pieces, two a batch; the last two wait
  CHECK(batches == 125);
  expected.swap(ids);
  corpus::PieceBatcher of_tokens(20, 64, take);
  of_tokens.add(kmer::tokenize(vocabulary, bases));
  of_tokens.finish();
  CHECK(ids == expected);

  ids.clear();
  corpus::PieceBatcher short_ones(20, 64, take);
  short_ones.add(vocabulary, "AC");
  short_ones.finish();
  CHECK(ids == std::vector<std::int64_t>{2, 3});
}
