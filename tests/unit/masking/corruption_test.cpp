#include "cmgems/masking/corruption.h"

#include <map>
#include <numeric>

#include "support/catch.h"

using namespace cmgems;
using namespace cmgems::masking;

TEST_CASE("corruption is 80/10/10 with random ids from the k-mers", "[masking]") {
  const kmer::Vocabulary vocabulary(3);
  std::vector<kmer::TokenId> tokens(20'000, 20);
  std::vector<std::uint32_t> positions(tokens.size());
  std::iota(positions.begin(), positions.end(), 0U);
  RandomStream random(1, Purpose::corruption);
  corrupt(tokens, positions, vocabulary, RandomIds::kmers, random);
  std::map<kmer::TokenId, int> seen;
  for (const auto token : tokens) ++seen[token];
  CHECK(seen[kmer::kMask] / 20'000.0 == Approx(0.8).margin(0.015));
  CHECK(seen[20] / 20'000.0 == Approx(0.1 + 0.1 / 64).margin(0.012));
  CHECK(seen.count(kmer::kCls) == 0);
  CHECK(seen.size() == 1 + 64);  // [MASK] and all k-mers, the old one among them
}

TEST_CASE("random ids of the vocabulary include special tokens", "[masking]") {
  const kmer::Vocabulary vocabulary(3);
  std::vector<kmer::TokenId> tokens(20'000, 20);
  std::vector<std::uint32_t> positions(tokens.size());
  std::iota(positions.begin(), positions.end(), 0U);
  RandomStream random(1, Purpose::corruption);
  corrupt(tokens, positions, vocabulary, RandomIds::vocabulary, random);
  CHECK(std::count(tokens.begin(), tokens.end(), kmer::kCls) > 0);
}

TEST_CASE("tokens outside the positions stay", "[masking]") {
  const kmer::Vocabulary vocabulary(3);
  std::vector<kmer::TokenId> tokens{10, 11, 12, 13};
  const std::vector<std::uint32_t> positions{1};
  RandomStream random(1, Purpose::corruption);
  corrupt(tokens, positions, vocabulary, RandomIds::kmers, random);
  CHECK((tokens[0] == 10 && tokens[2] == 12 && tokens[3] == 13));
}
