#include "cmgems/kmer/counter.h"

#include <algorithm>
#include <atomic>
#include <numeric>
#include <thread>

#include "cmgems/base/error.h"
#include "cmgems/kmer/vocabulary.h"

namespace cmgems::kmer {
namespace {

using Table = std::vector<std::uint64_t>;

constexpr std::uint64_t kBasesPerWord = 32;
constexpr std::uint64_t kChunkStarts = std::uint64_t{1} << 22;  // k-mers a thread takes at once
constexpr std::uint64_t kFlushWords = std::uint64_t{1} << 26;   // a 32-bit counter then holds at most 2^31

std::size_t table_size(int n) { return std::size_t{1} << (2 * n); }

/// A run of k-mer starts [first, last) within one segment.
struct Chunk {
  std::uint64_t first;
  std::uint64_t last;
};

std::vector<Chunk> chunks_of(const genome::Genome& genome, std::uint64_t k) {
  std::vector<Chunk> chunks;
  for (const auto& segment : genome.segments()) {
    if (segment.length < k) continue;
    const std::uint64_t end = segment.begin + segment.length - k + 1;
    for (std::uint64_t first = segment.begin; first < end; first += kChunkStarts) {
      chunks.push_back({first, std::min(end, first + kChunkStarts)});
    }
  }
  return chunks;
}

/// Reverses the order of the bases of an n-mer: packed words have the first base lowest, the vocabulary highest.
std::uint32_t reversed(std::uint32_t index, int n) {
  std::uint32_t result = 0;
  for (int i = 0; i < n; ++i, index >>= 2) result = result << 2 | (index & 3);
  return result;
}

/// Counts k-mers of whole words by longer, overlapping-by-k-1 words ("strides"): a word of K + Stride - 1 bases at
/// every Stride-th position holds Stride k-mers, so that one increment counts them all. Two tables take turns, because
/// repeats would otherwise wait for their own last increment. All indices have the first base lowest.
template <int K>
class StrideCounter {
 public:
  static constexpr int kStride = K <= 5 ? 4 : (K <= 7 ? 2 : 1);
  static constexpr int kLength = K + kStride - 1;

  explicit StrideCounter(std::span<const std::uint64_t> packed)
      : packed_(packed), even_(table_size(kLength)), odd_(table_size(kLength)), kmers_(table_size(K)) {}

  void count(const Chunk& chunk) {
    const std::uint64_t word = (chunk.first + kBasesPerWord - 1) / kBasesPerWord;
    const std::uint64_t word_end = std::max(word, chunk.last / kBasesPerWord);
    count_singles(chunk.first, std::min(chunk.last, word * kBasesPerWord));
    count_words(word, word_end);
    count_singles(std::max(chunk.first, word_end * kBasesPerWord), chunk.last);
    words_ += word_end - word;
    if (words_ > kFlushWords) flush();
  }

  /// Adds everything counted to `total`, indexed as in the vocabulary.
  void add_to(Table& total) {
    flush();
    for (std::uint32_t i = 0; i < kmers_.size(); ++i) total[reversed(i, K)] += kmers_[i];
  }

 private:
  void count_words(std::uint64_t word, std::uint64_t end) {
    for (; word < end; ++word) {
      const std::uint64_t low = packed_[word];
      const std::uint64_t high = word + 1 < packed_.size() ? packed_[word + 1] : 0;
      count_half(low);
      count_half(low >> 32 | high << 32);
    }
  }

  /// The words that start at the first 16 of 32 bases.
  void count_half(std::uint64_t bases) {
    constexpr std::uint64_t mask = (std::uint64_t{1} << (2 * kLength)) - 1;
    std::uint32_t* even = even_.data();
    std::uint32_t* odd = odd_.data();
    for (int i = 0; i < 16; i += 2 * kStride) {
      ++even[bases >> (2 * i) & mask];
      ++odd[bases >> (2 * (i + kStride)) & mask];
    }
  }

  void count_singles(std::uint64_t first, std::uint64_t last) {
    for (; first < last; ++first) {
      const std::uint64_t offset = 2 * (first % kBasesPerWord);
      std::uint64_t bases = packed_[first / kBasesPerWord] >> offset;
      if (offset > 64 - 2 * K) bases |= packed_[first / kBasesPerWord + 1] << (64 - offset);
      ++kmers_[bases & (table_size(K) - 1)];
    }
  }

  void flush() {
    for (std::size_t i = 0; i < even_.size(); ++i) {
      const std::uint64_t count = std::uint64_t{even_[i]} + odd_[i];
      for (int start = 0; start < kStride; ++start) kmers_[i >> (2 * start) & (table_size(K) - 1)] += count;
      even_[i] = odd_[i] = 0;
    }
    words_ = 0;
  }

  std::span<const std::uint64_t> packed_;
  std::vector<std::uint32_t> even_, odd_;
  Table kmers_;
  std::uint64_t words_ = 0;
};

template <int K>
Table count_kmers(const genome::Genome& genome, std::size_t threads) {
  const auto chunks = chunks_of(genome, K);
  threads = std::clamp<std::size_t>(threads, 1, std::max<std::size_t>(chunks.size(), 1));
  std::vector<StrideCounter<K>> counters(threads, StrideCounter<K>(genome.packed()));
  std::atomic<std::size_t> next_chunk = 0;
  auto work = [&](StrideCounter<K>& counter) {
    for (std::size_t i = next_chunk++; i < chunks.size(); i = next_chunk++) counter.count(chunks[i]);
  };
  {
    std::vector<std::jthread> workers;
    for (std::size_t i = 1; i < threads; ++i) workers.emplace_back([&, i] { work(counters[i]); });
    work(counters[0]);
  }
  Table total(table_size(K));
  for (auto& counter : counters) counter.add_to(total);
  return total;
}

Table count_kmers(const genome::Genome& genome, int k, std::size_t threads) {
  switch (k) {
    case 1:
      return count_kmers<1>(genome, threads);
    case 2:
      return count_kmers<2>(genome, threads);
    case 3:
      return count_kmers<3>(genome, threads);
    case 4:
      return count_kmers<4>(genome, threads);
    case 5:
      return count_kmers<5>(genome, threads);
    case 6:
      return count_kmers<6>(genome, threads);
    case 7:
      return count_kmers<7>(genome, threads);
    case 8:
      return count_kmers<8>(genome, threads);
    default:
      throw UsageError("k is " + std::to_string(k) + "; expected a length to count from 1 to " + std::to_string(kMaxK));
  }
}

/// Counts of the (n-1)-mers that begin the counted n-mers.
Table prefix_sums(const Table& counts) {
  Table shorter(counts.size() / 4);
  for (std::size_t i = 0; i < counts.size(); ++i) shorter[i / 4] += counts[i];
  return shorter;
}

/// The n-mer that ends each segment begins no (n+1)-mer.
void add_segment_ends(const genome::Genome& genome, int n, Table& counts) {
  const auto length = static_cast<std::uint64_t>(n);
  for (const auto& segment : genome.segments()) {
    if (segment.length < length) continue;
    const std::uint64_t end = segment.begin + segment.length;
    std::size_t index = 0;
    for (std::uint64_t i = end - length; i < end; ++i) index = index << 2 | genome.base(i);
    ++counts[index];
  }
}

/// A and T, C and G differ in the lowest bit of their codes.
std::uint32_t reverse_complement(std::uint32_t index, int n) {
  return reversed(index ^ static_cast<std::uint32_t>(0x55555555U & (table_size(n) - 1)), n);
}

void add_reverse_complements(int n, Table& counts) {
  const Table forward = counts;
  for (std::uint32_t i = 0; i < forward.size(); ++i) counts[i] += forward[reverse_complement(i, n)];
}

}  // namespace

std::uint64_t NmerCounts::total(int n) const {
  const auto& of_length = counts[static_cast<std::size_t>(n - 1)];
  return std::accumulate(of_length.begin(), of_length.end(), std::uint64_t{0});
}

NmerCounts count_nmers(const genome::Genome& genome, int k, int threads, bool both_strands) {
  const unsigned int all = std::max(1U, std::thread::hardware_concurrency());
  NmerCounts result{k, {}};
  result.counts.push_back(count_kmers(genome, k, threads > 0 ? static_cast<std::size_t>(threads) : all));
  for (int n = k - 1; n >= 1; --n) {
    result.counts.push_back(prefix_sums(result.counts.back()));
    add_segment_ends(genome, n, result.counts.back());
  }
  std::reverse(result.counts.begin(), result.counts.end());
  if (both_strands) {
    for (int n = 1; n <= k; ++n) add_reverse_complements(n, result.counts[static_cast<std::size_t>(n - 1)]);
  }
  return result;
}

NmerCounts counts_from_kmers(int k, const std::vector<std::uint64_t>& kmer_counts) {
  if (k < 1 || k > kMaxK || kmer_counts.size() != table_size(k)) {
    throw InternalError("counts of " + std::to_string(kmer_counts.size()) +
                        " k-mers do not fit k = " + std::to_string(k));
  }
  NmerCounts result{k, {kmer_counts}};
  for (int n = k - 1; n >= 1; --n) result.counts.push_back(prefix_sums(result.counts.back()));
  std::reverse(result.counts.begin(), result.counts.end());
  return result;
}

}  // namespace cmgems::kmer
