#include "cmgems/genome/synthetic.h"

#include <algorithm>
#include <fstream>
#include <numeric>
#include <span>

#include "support/catch.h"

using namespace cmgems::genome;

namespace {

std::string letters_of(std::span<const std::uint8_t> codes) {
  std::string text;
  for (const auto code : codes) text += kBaseLetters[code];
  return text;
}

int occurrences(const std::string& text, std::string_view word) {
  int found = 0;
  for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++found;
  return found;
}

}  // namespace

TEST_CASE("the carried human 6-mer counts", "[genome]") {
  const auto& counts = human_6mer_counts();
  REQUIRE(counts.size() == 4096);
  CHECK(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}) == 669128271);
  CHECK(counts[0] == 2233290);     // AAAAAA
  CHECK(counts[1] == 1072296);     // AAAAAT
  CHECK(counts[1365] == 2252685);  // TTTTTT: 1 + 4 + 16 + 64 + 256 + 1024
  CHECK(counts[4095] == 85201);    // GGGGGG
  CHECK(*std::min_element(counts.begin(), counts.end()) == 2258);
}

TEST_CASE("the carried counts are the published ones", "[genome]") {
  if (cmgems::test::real_data().empty()) CMGEMS_SKIP("no real data: set CMGEMS_TEST_DATA");
  std::ifstream file(cmgems::test::real_data() / "npmi" / "human_6mer_counts.tsv");
  std::string word;
  std::uint64_t count = 0;
  file >> word >> word;  // header
  int equal = 0;
  while (file >> word >> count) {
    std::size_t index = 0;
    for (const char base : word) index = 4 * index + std::string_view("ATCG").find(base);
    equal += human_6mer_counts()[index] == count;
  }
  CHECK(equal == 4096);
}

TEST_CASE("background is the documented chain", "[genome]") {
  // First bases of the stream (seed 7, synthetic, a 3, b 0), computed with an independent Python program.
  const auto codes = synthetic_background(40, 7, 3);
  CHECK(letters_of(codes) == "ACGGTGTGCTGGATTTGTAAAGTATGTTTAATATATGCTC");
  CHECK(synthetic_background(40, 7, 4) != codes);
  CHECK(synthetic_background(40, 8, 3) != codes);
  CHECK(letters_of(synthetic_background(3, 7, 3)) == "ACG");
}

TEST_CASE("background has human composition", "[genome]") {
  const auto text = letters_of(synthetic_background(1'000'000, 1, 0));
  // From the counts: A or T first in 59.42% of the 6-mers, CG in 0.93%.
  const auto weak = std::count_if(text.begin(), text.end(), [](char c) { return c == 'A' || c == 'T'; });
  CHECK(static_cast<double>(weak) == Approx(594200).margin(4000));
  CHECK(occurrences(text, "CG") == Approx(9327).margin(500));
}

TEST_CASE("the synthetic genome is a pure function of length and seed", "[genome]") {
  const Genome genome = synthetic_genome({5000, 1});
  CHECK(genome.size() == 5000);
  REQUIRE(genome.contigs().size() == 1);
  CHECK(genome.contigs()[0].name == "synthetic");
  CHECK(genome.segments().size() == 1);
  // Chain, motifs, packing and hash computed with an independent Python program.
  CHECK(genome.hash() == "d472506cc38dfe444a70e2a958f0e2d9cc2cd214e023ac4841ee1292afa09f7d");
  // As it was when the whole genome was made at once, a byte a base.
  CHECK(synthetic_genome({3'000'001, 9}).hash() == "f5f1732dc927b3a8750d800b91666636686ced5f9f89bca4739d6e2f11215a2d");
  CHECK(synthetic_genome({5000, 2}).hash() != genome.hash());
  CHECK(synthetic_genome({1, 1}).size() == 1);
}

TEST_CASE("motifs are planted every 400 bases on average", "[genome]") {
  const Genome genome = synthetic_genome({2'800'000, 3});
  std::vector<std::uint8_t> codes(genome.size());
  genome.unpack(0, codes);
  const auto text = letters_of(codes);
  // 7000 in all, 1000 of each of the 7; the longest hardly ever occur by chance.
  CHECK(planted_motifs().size() == 7);
  CHECK(occurrences(text, "CCACCAGGGGGC") == Approx(1000).margin(130));
  CHECK(occurrences(text, "GTCACGTGAC") == Approx(1000).margin(130));
  CHECK(occurrences(text, "TATAAAAG") > 870);
}
