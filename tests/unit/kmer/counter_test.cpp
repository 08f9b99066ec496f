#include "cmgems/kmer/counter.h"

#include <algorithm>

#include "cmgems/base/error.h"
#include "cmgems/genome/synthetic.h"
#include "cmgems/kmer/vocabulary.h"
#include "support/catch.h"
#include "support/thrown.h"

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
  for (int k = 1; k <= 9; ++k) {
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

TEST_CASE("k up to 12", "[kmer]") {
  const auto counts = count_nmers(genome_of({"ACGTTGCATTGAC", "GGACGTTGCATTGA"}), 12, 1);
  CHECK(counts.total(12) == 5);
  CHECK(count_of(counts, "ACGTTGCATTGA") == 2);
  CHECK(count_of(counts, "CGTTGCATTGAC") == 1);
  CHECK(count_of(counts, "GGACGTTGCATT") == 1);
  CHECK(count_of(counts, "CGTTGCATTGA") == 2);
  CHECK(count_of(counts, "GTTGCATTGAC") == 1);
  CHECK(count_of(counts, "GAC") == 2);
  const auto genome = genome::synthetic_genome({300'001, 5});
  const auto eight = count_nmers(genome, 8, 1, true);
  for (int k = 9; k <= 11; ++k) {
    CAPTURE(k);
    const auto longer = count_nmers(genome, k, 2, true);
    CHECK(longer.counts[7] == eight.counts.back());
    CHECK(longer.total(k) == 2 * (300'001 - static_cast<std::uint64_t>(k) + 1));
  }
}

TEST_CASE("a stream counts what the genome in memory counts, wherever segments meet its blocks", "[kmer]") {
  const auto genome = genome::synthetic_genome({9'000'001, 5});
  const auto fill = [&](genome::GenomeBuilder& builder, std::uint64_t cut) {
    builder.begin_contig("a");
    builder.append_packed(genome.packed(), 0, cut);
    builder.skip(3);
    builder.append_packed(genome.packed(), cut, 5);  // a segment shorter than k
    builder.begin_contig("b");
    builder.append_packed(genome.packed(), cut + 5, genome.size() - cut - 5);
  };
  for (const int offset : {-44, -38, -33, -32, -31, -12, -8, -6, -5, -1, 0, 1, 2, 31, 32, 33}) {
    const auto cut = static_cast<std::uint64_t>(static_cast<std::int64_t>(genome::kBlockBases) + offset);
    CAPTURE(offset);
    genome::GenomeBuilder builder;
    fill(builder, cut);
    const auto whole = builder.finish();
    const auto counted = count_nmers(whole, 7, 1);
    const auto stream = count_stream([&](genome::GenomeBuilder& into) { fill(into, cut); }, 7, offset < 0 ? 1 : 2);
    REQUIRE(stream.counts.counts == counted.counts);
    CHECK(counted.total(7) == cut - 6 + (genome.size() - cut - 5) - 6);
    CHECK(counted.total(5) == cut - 4 + 1 + (genome.size() - cut - 5) - 4);
    CHECK(stream.hash == whole.hash());
    CHECK(stream.outline.size == genome.size());
    CHECK(stream.outline.segments.size() == 3);
  }
}

TEST_CASE("streams of any length, threads and regions", "[kmer]") {
  for (const std::uint64_t length : {std::uint64_t{0}, std::uint64_t{3}, genome::kBlockBases - 1, genome::kBlockBases,
                                     genome::kBlockBases + 1, 2 * genome::kBlockBases}) {
    CAPTURE(length);
    const std::string text(length, 'G');
    const auto stream = count_stream(
        [&](genome::GenomeBuilder& builder) {
          builder.begin_contig("g");
          builder.append(text);
        },
        6, 2);
    CHECK(stream.counts.total(6) == length - std::min<std::uint64_t>(length, 5));
    CHECK(stream.counts.total(2) == length - std::min<std::uint64_t>(length, 1));
  }
  const auto fill = [](genome::GenomeBuilder& builder) { append_synthetic(builder, {9'000'001, 5}); };
  const auto one = count_stream(fill, 6, 1, true);
  CHECK(count_stream(fill, 6, 4, true).counts.counts == one.counts.counts);
  CHECK(one.counts.counts == count_nmers(genome::synthetic_genome({9'000'001, 5}), 6, 3, true).counts);
  const test::TemporaryFolder folder;
  const genome::Regions regions(folder.write("r.bed", "synthetic\t100\t200\nsynthetic\t8000000\t8000050\n"),
                                std::nullopt);
  const auto parts = count_stream(fill, 6, 2, false, regions);
  CHECK(parts.counts.total(6) == 95 + 45);
  CHECK(parts.counts.total(1) == 150);
}

TEST_CASE("what breaks the reading of a stream breaks its counting", "[kmer]") {
  const auto fill = [](genome::GenomeBuilder& builder) {
    append_synthetic(builder, {9'000'001, 5});
    throw DataError("the second file is damaged");
  };
  CHECK_THROWS_AS(count_stream(fill, 6, 1), DataError);
  CHECK_THROWS_AS(count_stream(fill, 6, 3), DataError);
  CHECK_THROWS_AS(count_stream(fill, 0, 3), UsageError);
}

TEST_CASE("long k-mers need memory, and say how much", "[kmer]") {
  CHECK(memory_needed(12, 2) == 1'006'632'960);  // 4^12 times 60 bytes
  CHECK(test::message_of<UsageError>([] { require_memory(12, 2, 900'000'000); }) ==
        "counting up to k=12 with 2 threads needs 1.0 GiB of memory, and this machine has 0.8 GiB free: choose a "
        "smaller k or fewer threads");
  CHECK_NOTHROW(require_memory(12, 2, 1'006'632'960));
  CHECK_NOTHROW(require_memory(8, 64, 0));
  CHECK_THROWS_AS(require_memory(13, 1, ~std::uint64_t{0}), UsageError);
}

TEST_CASE("a genome shorter than k", "[kmer]") {
  const auto counts = count_nmers(genome_of({"ACG"}), 6);
  CHECK(counts.total(6) == 0);
  CHECK(counts.total(3) == 1);
  CHECK(counts.total(1) == 3);
  CHECK_THROWS_AS(count_nmers(genome_of({"ACG"}), 13), UsageError);
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
