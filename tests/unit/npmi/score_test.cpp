#include "cmgems/npmi/score.h"

#include <cmath>

#include "cmgems/genome/builder.h"
#include "support/catch.h"

using namespace cmgems;
using namespace cmgems::npmi;

namespace {

kmer::NmerCounts counts_of(const std::vector<std::string>& contigs, int k) {
  genome::GenomeBuilder builder;
  for (const auto& contig : contigs) {
    builder.begin_contig("c");
    builder.append(contig);
  }
  return kmer::count_nmers(builder.finish(), k, 1);
}

constexpr std::uint32_t kATA = 4, kTAT = 17;  // 0 1 0 and 1 0 1 in base 4

}  // namespace

// ATATA has ATA 2, TAT 1 (of 3); AT 2, TA 2 (of 4); A 3, T 2 (of 5).

TEST_CASE("score of the paper, by hand", "[npmi]") {
  const auto counts = counts_of({"ATATA"}, 3);
  // p = 2/3; A|T|A 3/5 2/5 3/5 = 0.144; A|TA 3/5 2/4 = 0.3; AT|A 0.3: log((2/3) / 0.3) = log(20/9)
  const Score ata = scores(counts, Definition::paper, 2)[kATA];
  CHECK(ata.pmi == Approx(0.7985076962));
  CHECK(ata.npmi == Approx(0.3992538481));  // f = c: half
  // p = 1/3; T|AT 2/5 2/4 = 0.2: log(5/3); without a minimum count nothing is discounted
  const Score tat = scores(counts, Definition::paper, 1)[kTAT];
  CHECK(tat.pmi == Approx(0.5108256238));
  CHECK(tat.npmi == Approx(0.5108256238));
}

TEST_CASE("k-mers seen too rarely have no score", "[npmi]") {
  const auto counts = counts_of({"ATATA"}, 3);
  CHECK(std::isnan(scores(counts, Definition::paper, 2)[kTAT].pmi));
  CHECK(std::isnan(scores(counts, Definition::paper, 2)[kTAT].npmi));
  CHECK(std::isnan(scores(counts, Definition::paper, 1)[0].npmi));
  CHECK(std::isnan(scores(counts, Definition::genemask_release, 101)[0].npmi));
}

TEST_CASE("the paper's definition uses every length of piece", "[npmi]") {
  // 4-mer ACGT 1 (of 1); ACG 3, CGT 1 (of 4); AC 3, CG 3, GT 1 (of 7); A 3, C 3, G 3, T 1 (of 10).
  const auto counts = counts_of({"ACGT", "ACG", "ACG"}, 4);
  const std::uint32_t acgt = 0 * 64 + 2 * 16 + 3 * 4 + 1;
  // Best: ACG|T = 3/4 1/10 = A|CGT = 3/10 1/4 = 0.075, above AC|GT = 3/7 1/7.
  CHECK(scores(counts, Definition::paper, 1)[acgt].pmi == Approx(std::log(40.0 / 3.0)));
}

TEST_CASE("score of the GeneMask release, by hand", "[npmi]") {
  const auto counts = counts_of({"ATATA"}, 3);
  // p = f / 10: ATA 0.2 over A|TA 0.3 0.2 = 0.06; f = 2, c = 101: log 2 / (log 101 + log 2) = 0.1305787...
  const Score ata = scores(counts, Definition::genemask_release, 101)[kATA];
  CHECK(ata.pmi == Approx(1.2039728043));
  CHECK(ata.npmi == Approx(1.2039728043 * 0.6931471806 / (4.6151205168 + 0.6931471806)));
  // No minimum count, and log 1 = 0: TAT 0.1 over T|AT 0.2 0.2
  const Score tat = scores(counts, Definition::genemask_release, 101)[kTAT];
  CHECK(tat.pmi == Approx(0.9162907319));
  CHECK(tat.npmi == 0);
}

TEST_CASE("the release has no pieces above two bases", "[npmi]") {
  // AAAAAA 2, AA 6, A 7; p = f / 14. Best: AA|AA|AA = (3/7)^3, so log((1/7) / (27/343)) = log(49/27).
  // Under the paper's definition everything has p = 1.
  const auto counts = counts_of({"AAAAAAA"}, 6);
  CHECK(scores(counts, Definition::genemask_release, 101)[0].pmi == Approx(0.5959834397));
  CHECK(scores(counts, Definition::paper, 1)[0].pmi == Approx(0).margin(1e-12));
}
