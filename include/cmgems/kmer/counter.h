// Exact counts of all n-mers, n = 1..k, in one threaded pass. n-mers never span a non-ACGT base. Dense arrays, so k is
// bound by memory: see memory_needed.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "cmgems/genome/builder.h"

namespace cmgems::kmer {

/// Longest n-mer that can be counted; tokens are at most kMaxK long (vocabulary.h).
inline constexpr int kLongestCounted = 12;

/// Dense counts: counts[n - 1][index], index as in Vocabulary without the special tokens (A,T,C,G order).
struct NmerCounts {
  int k = 0;
  std::vector<std::vector<std::uint64_t>> counts;
  /// Sum of the counts of length n: the number of counted n-mers.
  std::uint64_t total(int n) const;
  std::uint64_t of(int n, std::uint32_t index) const { return counts[static_cast<std::size_t>(n - 1)][index]; }
};

/// Counts a genome in memory. threads 0 = all cores. both_strands adds the reverse complement of every n-mer.
/// Throws: UsageError when k is not in 1..kLongestCounted.
NmerCounts count_nmers(const genome::Genome& genome, int k, int threads = 0, bool both_strands = false);

/// What a genome that was never held in memory leaves behind.
struct StreamCounts {
  NmerCounts counts;
  genome::Outline outline;
  std::string hash;  // genome::hash_genome, equal to Genome::hash() of the same bases
};

/// Counts whatever `fill` appends to the builder it is given, while it does so; of the bases, a few MiB are held.
/// `fill` runs in the calling thread, which counts too when the others are busy. Throws: as count_nmers; what fill
/// throws.
StreamCounts count_stream(const std::function<void(genome::GenomeBuilder&)>& fill, int k, int threads = 0,
                          bool both_strands = false, const genome::Regions& regions = {});

/// Counts of shorter n-mers as prefix sums of k-mer counts (they differ from exact ones at segment ends).
NmerCounts counts_from_kmers(int k, const std::vector<std::uint64_t>& kmer_counts);

/// threads 0 = all cores.
int threads_for_counting(int threads);

/// Bytes that counting to k and making the NPMI table of it take at their peak.
std::uint64_t memory_needed(int k, int threads);

/// Throws: UsageError when that is more than `available` bytes.
void require_memory(int k, int threads, std::uint64_t available);

}  // namespace cmgems::kmer
