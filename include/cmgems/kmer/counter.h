// Exact counts of all n-mers, n = 1..k, of a genome in one threaded pass. n-mers never span a non-ACGT base.
#pragma once

#include <cstdint>
#include <vector>

#include "cmgems/genome/genome.h"

namespace cmgems::kmer {

/// Dense counts: counts[n - 1][index], index as in Vocabulary without the special tokens (A,T,C,G order).
struct NmerCounts {
  int k = 0;
  std::vector<std::vector<std::uint64_t>> counts;
  /// Sum of the counts of length n: the number of counted n-mers.
  std::uint64_t total(int n) const;
  std::uint64_t of(int n, std::uint32_t index) const { return counts[static_cast<std::size_t>(n - 1)][index]; }
};

/// threads 0 = all cores. both_strands adds the reverse complement of every n-mer.
NmerCounts count_nmers(const genome::Genome& genome, int k, int threads = 0, bool both_strands = false);

/// Counts of shorter n-mers as prefix sums of k-mer counts (they differ from exact ones at segment ends).
NmerCounts counts_from_kmers(int k, const std::vector<std::uint64_t>& kmer_counts);

}  // namespace cmgems::kmer
