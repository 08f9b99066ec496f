// Counts k-mers of pieces of a packed genome; one Tally a thread. Not for users of the library.
#pragma once

#include <memory>
#include <mutex>
#include <span>

#include "cmgems/kmer/counter.h"

namespace cmgems::kmer {

using Table = std::vector<std::uint64_t>;

/// Number of n-mers.
constexpr std::size_t table_size(int n) { return std::size_t{1} << (2 * n); }

/// Throws: UsageError when k is not in 1..kLongestCounted.
void check_k(int k);

/// Reverses the order of the bases of an n-mer: packed words have the first base lowest, the vocabulary highest.
constexpr std::uint32_t reversed(std::uint32_t index, int n) {
  std::uint32_t result = 0;
  for (int i = 0; i < n; ++i, index >>= 2) result = result << 2 | (index & 3);
  return result;
}

/// The piece of a genome whose n-mers start in [first, last); positions are those of the packed genome.
struct Piece {
  std::span<const std::uint64_t> words;  // that hold [first, last + kLongestCounted) as far as the genome goes
  std::uint64_t origin;                  // position of the first base of `words`
  std::uint64_t first, last;
  std::span<const genome::Segment> segments;  // at least those that reach into [first, last)
};

/// What all threads add to.
struct Totals {
  explicit Totals(int k);
  /// k-mers and, of every segment, its last n-mers shorter than k, which begin no k-mer; [n - 1][index].
  std::vector<Table> counts;
  std::mutex mutex;
};

class Tally {
 public:
  virtual ~Tally() = default;
  virtual void count(const Piece& piece) = 0;
  /// Adds what was counted to the totals.
  virtual void flush() = 0;
};

/// `totals` must outlive it. REQUIRES: check_k.
std::unique_ptr<Tally> make_tally(int k, Totals& totals);

/// Exact counts of all lengths. REQUIRES: all tallies are flushed.
NmerCounts all_lengths(Totals& totals, bool both_strands);

}  // namespace cmgems::kmer
