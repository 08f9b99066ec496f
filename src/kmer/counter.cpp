#include "cmgems/kmer/counter.h"

#include <algorithm>
#include <atomic>
#include <numeric>
#include <thread>

#include "cmgems/base/error.h"
#include "tally.h"

namespace cmgems::kmer {
namespace {

constexpr int kLongestInCaches = 8;  // longer ones say what memory they take
constexpr std::uint64_t kTableBytes =
    52;  // a k-mer: counts of all lengths, and the scores, ranks and order of its table
constexpr std::uint64_t kTallyBytes = 4;  // a k-mer and thread

/// The k-mers that start in [first, first + kBlockBases) of a genome in memory.
Piece piece_of(const genome::Genome& genome, std::uint64_t first) {
  const auto& segments = genome.segments();
  const std::uint64_t last = std::min(genome.size(), first + genome::kBlockBases);
  const auto begin = std::partition_point(segments.begin(), segments.end(),
                                          [&](const genome::Segment& segment) { return segment.end() <= first; });
  const auto end =
      std::partition_point(begin, segments.end(), [&](const genome::Segment& segment) { return segment.begin < last; });
  return {genome.packed(), 0, first, last, {begin, end}};
}

std::string gibibytes(std::uint64_t tenths) {
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " GiB";
}

}  // namespace

void check_k(int k) {
  if (k >= 1 && k <= kLongestCounted) return;
  throw UsageError("k is " + std::to_string(k) + "; expected a length to count from 1 to " +
                   std::to_string(kLongestCounted));
}

std::uint64_t NmerCounts::total(int n) const {
  const auto& of_length = counts[static_cast<std::size_t>(n - 1)];
  return std::accumulate(of_length.begin(), of_length.end(), std::uint64_t{0});
}

int threads_for_counting(int threads) {
  return threads > 0 ? threads : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

NmerCounts count_nmers(const genome::Genome& genome, int k, int threads, bool both_strands) {
  check_k(k);
  const std::uint64_t pieces = (genome.size() + genome::kBlockBases - 1) / genome::kBlockBases;
  const auto useful = std::clamp<std::uint64_t>(static_cast<std::uint64_t>(threads_for_counting(threads)), 1,
                                                std::max<std::uint64_t>(pieces, 1));
  Totals totals(k);
  std::atomic<std::uint64_t> next = 0;
  auto work = [&] {
    const auto tally = make_tally(k, totals);
    for (std::uint64_t i = next++; i < pieces; i = next++) tally->count(piece_of(genome, i * genome::kBlockBases));
    tally->flush();
  };
  {
    std::vector<std::jthread> workers;
    for (std::uint64_t i = 1; i < useful; ++i) workers.emplace_back(work);
    work();
  }
  return all_lengths(totals, both_strands);
}

NmerCounts counts_from_kmers(int k, const std::vector<std::uint64_t>& kmer_counts) {
  if (k < 1 || k > kLongestCounted || kmer_counts.size() != table_size(k)) {
    throw InternalError("counts of " + std::to_string(kmer_counts.size()) +
                        " k-mers do not fit k = " + std::to_string(k));
  }
  Totals totals(k);
  totals.counts.back() = kmer_counts;
  return all_lengths(totals, false);
}

std::uint64_t memory_needed(int k, int threads) {
  const auto each = static_cast<std::uint64_t>(threads_for_counting(threads));
  return table_size(k) * (kTableBytes + kTallyBytes * each);
}

void require_memory(int k, int threads, std::uint64_t available) {
  check_k(k);
  const std::uint64_t needed = memory_needed(k, threads);
  if (k <= kLongestInCaches || needed <= available) return;
  throw UsageError("counting up to k=" + std::to_string(k) + " with " + std::to_string(threads_for_counting(threads)) +
                   " threads needs " + gibibytes((needed * 10 >> 30) + 1) + " of memory, and this machine has " +
                   gibibytes(available / 1024 * 10 >> 20) + " free: choose a smaller k or fewer threads");
}

}  // namespace cmgems::kmer
