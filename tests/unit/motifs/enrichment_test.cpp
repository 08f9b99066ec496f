#include "cmgems/motifs/enrichment.h"

#include <cmath>

#include "cmgems/base/error.h"
#include "cmgems/npmi/rank.h"
#include "support/catch.h"
#include "support/thrown.h"

using namespace cmgems;
using namespace cmgems::motifs;

namespace {

Motif certain(const std::string& id, const std::string& bases) {
  Motif motif;
  motif.id = id;
  for (const char base : bases) {
    BaseProbabilities column{};
    column[std::string("ATCG").find(base)] = 1;
    motif.columns.push_back(column);
  }
  return motif;
}

/// 3-mers, all of score 0 but ACG and CGT, which have 1: one word of the 32.
npmi::Table table() {
  npmi::Table result;
  result.k = 3;
  result.npmi.assign(64, 0);
  result.npmi[0 * 16 + 2 * 4 + 3] = result.npmi[2 * 16 + 3 * 4 + 1] = 1;
  result.rank = npmi::ranks_of(result.npmi);
  return result;
}

}  // namespace

// The literals are SciPy's (scripts/golden/scipy_values.py).

TEST_CASE("hypergeometric tails and Fisher's test", "[motifs]") {
  CHECK(at_least(9, 262, 20, 2080) == Approx(0.00033170847846392484).epsilon(1e-9));
  CHECK(at_least(4, 12, 7, 20) == Approx(0.7492260061919505).epsilon(1e-12));
  CHECK(at_least(0, 262, 20, 2080) == 1);
  CHECK(at_least(8, 12, 7, 20) == 0);
  CHECK(at_least(6, 18, 8, 20) == 1);  // only two are not drawn
  CHECK(at_least(9, 262, 11, 524) == Approx(0.03133386588760136).epsilon(1e-9));
  CHECK(at_least(3, 5, 3, 10) == Approx(1.0 / 12));
}

TEST_CASE("p-values adjusted for many motifs", "[motifs]") {
  const auto adjusted = adjust_for_many({0.01, 0.04, 0.03, 0.005, 0.9, 0.04});
  const std::vector<double> expected{0.03, 0.048, 0.048, 0.03, 0.9, 0.048};
  REQUIRE(adjusted.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) CHECK(adjusted[i] == Approx(expected[i]));
}

TEST_CASE("a motif of the best word, by hand", "[motifs]") {
  MotifFile file;
  file.motifs = {certain("other", "AAA"), certain("best", "ACG")};
  const auto result = enrichment(table(), file, {2, 0.04, 1});
  CHECK(result.kmers == 2);
  CHECK(result.words == 32);  // no 3-mer is its own reverse complement
  CHECK(result.best == 1);
  REQUIRE(result.motifs.size() == 2);
  const auto& first = result.motifs[0];
  CHECK(first.motif == 1);
  CHECK(first.matches == 1);
  CHECK(first.best == 1);
  CHECK(first.random == 0);
  CHECK(first.expected == Approx(1.0 / 32));
  CHECK(std::isinf(first.odds_ratio));
  CHECK(first.p == Approx(1.0 / 32));
  CHECK(first.adjusted_p == Approx(2.0 / 32));
  CHECK(first.p_against_random == Approx(0.5));
  CHECK(result.motifs[1].best == 0);
  CHECK(result.motifs[1].odds_ratio == 0);
  CHECK(result.motifs[1].p == 1);
}

TEST_CASE("random words are others than the best, and the seed decides them", "[motifs]") {
  MotifFile file;
  for (const std::string bases : {"AAA", "AAC", "AAG", "ACG", "CCC", "GAC", "TCA", "ATA"}) {
    file.motifs.push_back(certain(bases, bases));
  }
  npmi::Table graded = table();
  for (std::size_t i = 0; i < 64; ++i) graded.npmi[i] -= 0.001 * static_cast<double>(i);
  graded.rank = npmi::ranks_of(graded.npmi);
  const auto drawn = [&](std::uint64_t seed) {
    std::vector<std::size_t> random(file.motifs.size());
    for (const auto& row : enrichment(graded, file, {12, 0.04, seed}).motifs) {
      random[row.motif] = row.random;
      CHECK(row.best + row.random <= row.matches);
    }
    return random;
  };
  CHECK(drawn(1) == drawn(1));
  CHECK(drawn(1) != drawn(2));
}

TEST_CASE("words without a score are not drawn", "[motifs]") {
  npmi::Table some = table();
  for (std::size_t i = 0; i < 64; ++i) {
    if (some.npmi[i] == 0) some.npmi[i] = std::nan("");
  }
  some.npmi[0] = 0.5;  // AAA, not TTT
  some.rank = npmi::ranks_of(some.npmi);
  MotifFile file;
  file.motifs = {certain("a", "AAA")};
  const auto result = enrichment(some, file, {2, 0.04, 1});
  CHECK(result.words == 2);
  CHECK(result.motifs[0].random == 1);
}

TEST_CASE("what cannot be tested is refused", "[motifs]") {
  MotifFile file;
  file.motifs = {certain("a", "AAA")};
  CHECK(test::message_of<UsageError>([&] {
          enrichment(table(), file, {40, 0.04, 1});
        }).find("give --top between 1 and about 16") != std::string::npos);
  CHECK_THROWS_AS(enrichment(table(), file, {0, 0.04, 1}), UsageError);
  npmi::Table nine = table();
  nine.k = 9;
  CHECK_THROWS_AS(enrichment(nine, file, {2, 0.04, 1}), DataError);
}
