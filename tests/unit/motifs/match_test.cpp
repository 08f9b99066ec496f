#include "cmgems/motifs/match.h"

#include <algorithm>

#include "cmgems/kmer/vocabulary.h"
#include "support/catch.h"

using namespace cmgems;
using namespace cmgems::motifs;

namespace {

constexpr BaseProbabilities kUniform{0.25, 0.25, 0.25, 0.25};

/// ACG, certain, from 20 sites. A certain base has (20 + 0.1 / 4) / 20.1 = 0.99627, log2(0.99627 / 0.25) = 1.9946 bits;
/// any other 0.025 / 20.1 = 0.0012438, -7.6511 bits.
Motif acg() {
  Motif motif;
  motif.columns = {{1, 0, 0, 0}, {0, 0, 1, 0}, {0, 0, 0, 1}};
  return motif;
}

std::size_t index_of(const std::string& kmer) {
  std::size_t index = 0;
  for (const char base : kmer) index = 4 * index + std::string("ATCG").find(base);
  return index;
}

std::size_t count(const std::vector<bool>& matched) {
  return static_cast<std::size_t>(std::count(matched.begin(), matched.end(), true));
}

}  // namespace

TEST_CASE("scores of a motif as long as the k-mer, on both strands", "[motifs]") {
  const auto scores = best_scores(acg(), kUniform, 3);
  REQUIRE(scores.size() == 64);
  CHECK(scores[index_of("ACG")] == 3 * 1995);
  CHECK(scores[index_of("CGT")] == 3 * 1995);
  CHECK(scores[index_of("ACC")] == 2 * 1995 - 7651);
  CHECK(scores[index_of("GGT")] == 2 * 1995 - 7651);
  CHECK(scores[index_of("TTT")] == 1995 - 2 * 7651);  // CGT, the other strand
}

TEST_CASE("a k-mer within a motif, and a motif within a k-mer", "[motifs]") {
  const auto two = best_scores(acg(), kUniform, 2);
  CHECK(two[index_of("AC")] == 2 * 1995);
  CHECK(two[index_of("CG")] == 2 * 1995);
  CHECK(two[index_of("GT")] == 2 * 1995);
  CHECK(two[index_of("AG")] == 1995 - 7651);
  const auto four = best_scores(acg(), kUniform, 4);
  for (const std::string kmer : {"ACGA", "TACG", "CGTC", "GCGT", "ACGT"}) CHECK(four[index_of(kmer)] == 3 * 1995);
  CHECK(four[index_of("AACC")] == 2 * 1995 - 7651);
}

TEST_CASE("matches are the k-mers that few random ones reach", "[motifs]") {
  CHECK(count(matches(acg(), kUniform, 3, 0.03)) == 0);  // ACG and CGT are 2 of 64 = 0.03125
  const auto three = matches(acg(), kUniform, 3, 0.03125);
  CHECK(count(three) == 2);
  CHECK(three[index_of("ACG")]);
  CHECK(three[index_of("CGT")]);
  // ACGx, xACG, CGTx, xCGT: 16, but ACGT is twice among them: 15 of 256 = 0.0586
  CHECK(count(matches(acg(), kUniform, 4, 0.058)) == 0);
  CHECK(count(matches(acg(), kUniform, 4, 0.059)) == 15);
}

TEST_CASE("rare bases make a match surprising", "[motifs]") {
  // ACG and CGT have 0.4 * 0.1 * 0.1 each
  const BaseProbabilities background{0.4, 0.4, 0.1, 0.1};
  CHECK(count(matches(acg(), background, 3, 0.0081)) == 2);
  CHECK(count(matches(acg(), background, 3, 0.0079)) == 0);
}

TEST_CASE("a motif that says nothing matches nothing", "[motifs]") {
  Motif motif;
  motif.columns = {kUniform, kUniform, kUniform};
  CHECK(count(matches(motif, kUniform, 3, 0.5)) == 0);
}
