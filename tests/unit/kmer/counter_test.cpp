#include "cmgems/kmer/counter.h"

#include <algorithm>

#include "cmgems/base/error.h"
#include "cmgems/genome/synthetic.h"
#include "cmgems/kmer/vocabulary.h"
#include "support/catch.h"

using namespace cmgems;
using namespace cmgems::kmer;

namespace {

genome::Genome genome_of(const std::vector<std::string>& contigs) {
  genome::GenomeBuilder builder;
  for (const auto& contig : contigs) {
    builder.begin_contig("c");
    builder.append(contig);
  }
  return builder.finish();
}

std::uint64_t count_of(const NmerCounts& counts, std::string_view word) {
  std::uint32_t index = 0;
  for (const char base : word) index = 4 * index + genome::base_code(base);
  return counts.of(static_cast<int>(word.size()), index);
}

}  // namespace

TEST_CASE("n-mers of all lengths are exact and span no other letter", "[kmer]") {
  const auto counts = count_nmers(genome_of({"ACGTN", "AC"}), 3);
  CHECK(counts.k == 3);
  CHECK(counts.total(3) == 2);
  CHECK(count_of(counts, "ACG") == 1);
  CHECK(count_of(counts, "CGT") == 1);
  CHECK(counts.total(2) == 4);
  CHECK(count_of(counts, "AC") == 2);
  CHECK(count_of(counts, "CG") == 1);
  CHECK(count_of(counts, "GT") == 1);
  CHECK(counts.counts[0] == std::vector<std::uint64_t>{2, 1, 2, 1});  // A T C G
}

TEST_CASE("both strands add every reverse complement", "[kmer]") {
  const auto counts = count_nmers(genome_of({"ACGTN", "AC"}), 3, 1, true);
  CHECK(count_of(counts, "ACG") == 2);  // itself, and CGT turned round
  CHECK(count_of(counts, "CGT") == 2);
  CHECK(count_of(counts, "AC") == 3);
  CHECK(count_of(counts, "GT") == 3);
  CHECK(count_of(counts, "CG") == 2);  // its own reverse complement
  CHECK(counts.counts[0] == std::vector<std::uint64_t>{3, 3, 3, 3});
  CHECK(counts.total(3) == 4);
}

TEST_CASE("a repeat over many packed words", "[kmer]") {
  std::string repeat;
  for (int i = 0; i < 100; ++i) repeat += "ACGT";
  // "GGG" moves the repeat off the word boundaries and has no 6-mer of its own.
  const auto counts = count_nmers(genome_of({"GGG", repeat}), 6);
  CHECK(counts.total(6) == 395);
  CHECK(count_of(counts, "ACGTAC") == 99);  // starts 0, 4, ..., 392
  CHECK(count_of(counts, "CGTACG") == 99);  // starts 1, ..., 393
  CHECK(count_of(counts, "GTACGT") == 99);  // starts 2, ..., 394
  CHECK(count_of(counts, "TACGTA") == 98);  // starts 3, ..., 391
  CHECK(count_of(counts, "CG") == 100);
  CHECK(count_of(counts, "TA") == 99);
  CHECK(count_of(counts, "GG") == 2);
  CHECK(counts.total(1) == 403);
}

TEST_CASE("every alignment of a segment to the packed words", "[kmer]") {
  std::vector<std::string> contigs;
  for (std::size_t length = 1; length <= 100; ++length) contigs.emplace_back(length, 'C');
  const auto genome = genome_of(contigs);
  for (int k = 1; k <= kMaxK; ++k) {
    const auto counts = count_nmers(genome, k);
    for (int n = 1; n <= k; ++n) {
      CAPTURE(k, n);
      // A contig of L bases has L - n + 1 n-mers: 1 + 2 + ... + (101 - n).
      const auto most = static_cast<std::uint64_t>(101 - n);
      CHECK(count_of(counts, std::string(static_cast<std::size_t>(n), 'C')) == most * (most + 1) / 2);
      CHECK(counts.total(n) == most * (most + 1) / 2);
    }
  }
}

TEST_CASE("counts do not depend on threads and agree across k", "[kmer]") {
  const auto genome = genome::synthetic_genome({9'000'001, 5});
  const auto one = count_nmers(genome, 8, 1);
  const auto three = count_nmers(genome, 8, 3);
  CHECK(one.counts == three.counts);
  for (int k = 1; k < 8; ++k) {
    CAPTURE(k);
    const auto shorter = count_nmers(genome, k, 2);
    CHECK(shorter.total(k) == 9'000'001 - static_cast<std::uint64_t>(k) + 1);
    CHECK(shorter.counts.back() == one.counts[static_cast<std::size_t>(k - 1)]);
  }
}

TEST_CASE("a genome shorter than k", "[kmer]") {
  const auto counts = count_nmers(genome_of({"ACG"}), 6);
  CHECK(counts.total(6) == 0);
  CHECK(counts.total(3) == 1);
  CHECK(counts.total(1) == 3);
  CHECK_THROWS_AS(count_nmers(genome_of({"ACG"}), 9), UsageError);
}

TEST_CASE("shorter counts as prefix sums", "[kmer]") {
  std::vector<std::uint64_t> pairs(16);
  pairs[1] = 5;  // AT
  pairs[2] = 7;  // AC
  pairs[4] = 1;  // TA
  const auto counts = counts_from_kmers(2, pairs);
  CHECK(counts.counts[0] == std::vector<std::uint64_t>{12, 1, 0, 0});
  CHECK(counts.counts[1] == pairs);
  CHECK_THROWS_AS(counts_from_kmers(3, pairs), InternalError);
}
