#include "cmgems/npmi/compare.h"

#include <cmath>

#include "cmgems/base/error.h"
#include "cmgems/npmi/rank.h"
#include "support/catch.h"
#include "support/thrown.h"

using namespace cmgems;
using namespace cmgems::npmi;

namespace {

const double kNone = std::nan("");

/// A table of 3-mers whose first k-mers AAA, AAT, AAC, AAG, ATA ... have these scores, the others none.
Table table_of(std::vector<double> scores) {
  Table table;
  table.k = 3;
  scores.resize(64, kNone);
  table.npmi = table.pmi = scores;
  table.counts.assign(64, 1);
  table.rank = ranks_of(table.npmi);
  return table;
}

}  // namespace

// The literals are SciPy's (scripts/golden/scipy_values.py).

TEST_CASE("equal values share the mean of their ranks", "[npmi]") {
  CHECK(mean_ranks({0.5, -1, 0.5, 2, 0.5, -1, 7}) == std::vector<double>{4, 1.5, 4, 6, 4, 1.5, 7});
  CHECK(mean_ranks({}).empty());
}

TEST_CASE("rank correlation with ties", "[npmi]") {
  const auto result = compare(table_of({0.5, -1, 0.5, 2, 0.5, -1, 7}), table_of({3, 1, 1, 2, 5, 0, 4}), 3, 2);
  CHECK(result.spearman == Approx(0.6514073616425738).epsilon(1e-12));
  CHECK(result.both == 7);
  CHECK(result.neither == 57);
  CHECK(std::isnan(compare(table_of({1, 1, 1}), table_of({1, 2, 3}), 3, 2).spearman));
}

TEST_CASE("differences, overlap and moves by hand", "[npmi]") {
  // Ranks in a: 2 0 1 3 4; in b: 0 1 4 3 2. Differences: 3 2 3.5 0 1, in order 0 1 2 3 3.5.
  const auto a = table_of({3, 5, 4, 2, 1}), b = table_of({6, 3, 0.5, 2, 2.5});
  Table louder = b;
  louder.pmi[3] = 12;
  const auto result = compare(a, louder, 2, 3);
  CHECK(result.top == 2);
  CHECK(result.overlap == 1);  // AAT is among the best two of both
  CHECK(result.npmi.median == 2);
  CHECK(result.npmi.largest == 3.5);
  CHECK(result.pmi.largest == 10);
  REQUIRE(result.moves.size() == 3);
  CHECK(result.moves[0].token == kmer::kFirstKmer + 2);  // AAC 1 -> 4
  CHECK(result.moves[0].rank_a == 1);
  CHECK(result.moves[0].rank_b == 4);
  CHECK(result.moves[1].token == kmer::kFirstKmer + 0);  // AAA 2 -> 0, before ATA 4 -> 2
  CHECK(result.moves[2].token == kmer::kFirstKmer + 4);
  CHECK(compare(a, b, 2, 100).moves.size() == 4);  // AAG stays
}

TEST_CASE("k-mers without a score are counted and left out", "[npmi]") {
  const auto result = compare(table_of({1, 2, kNone, 4, kNone}), table_of({5, 6, 7, kNone, kNone}), 10, 10);
  CHECK(result.both == 2);
  CHECK(result.only_a == 1);
  CHECK(result.only_b == 1);
  CHECK(result.neither == 60);
  CHECK(result.spearman == Approx(1));
  CHECK(result.npmi.median == 4);
  CHECK(result.top == 3);  // a and b have three scores each
  CHECK(result.overlap == 2);
}

TEST_CASE("tables of different k are not compared", "[npmi]") {
  Table four = table_of({1});
  four.k = 4;
  CHECK(test::message_of<DataError>([&] { compare(table_of({1}), four, 1, 1); }) ==
        "the tables hold 3-mers and 4-mers, which have no k-mer in common: compare tables of the same k");
}

TEST_CASE("what the two definitions have in common", "[npmi]") {
  const auto result = compare(builtin_human_6mer(), builtin_human_6mer(Definition::genemask_release), 500, 10);
  CHECK(result.both == 4096);
  CHECK(result.spearman == Approx(0.89).margin(0.005));
  CHECK(result.overlap == 299);
}

TEST_CASE("the release definition gives the table that the GeneMask authors published", "[npmi]") {
  if (test::real_data().empty()) CMGEMS_SKIP("no real data: set CMGEMS_TEST_DATA");
  const auto published = read_table(test::real_data() / "npmi" / "genemask_released_npmi.csv");
  CHECK(published.counts == builtin_human_6mer().counts);  // recovered from the discounts
  const auto result = compare(builtin_human_6mer(Definition::genemask_release), published, 500, 10);
  CHECK(result.both == 4096);
  CHECK(result.spearman == Approx(0.9999998).margin(1e-7));
  CHECK(result.overlap == 500);
  // What is left comes from the ends of the authors' sequences, which counts of 6-mers do not show.
  CHECK(result.pmi.median < 1.1e-4);
  CHECK(result.pmi.largest < 0.0035);
  CHECK(result.npmi.median < 7.5e-5);
  CHECK(result.npmi.largest < 0.0022);
}
