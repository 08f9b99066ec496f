#include "tally.h"

#include <algorithm>
#include <atomic>

namespace cmgems::kmer {
namespace {

using genome::kBasesPerWord;

constexpr std::uint64_t kFlushBases = std::uint64_t{1} << 31;  // no 32-bit counter overflows before

/// Walks over the segments of a piece; the k-mers of one run are counted by the classes below.
class SegmentTally : public Tally {
 public:
  SegmentTally(int k, Totals& totals) : totals_(totals), k_(static_cast<std::uint64_t>(k)) {}

  void count(const Piece& piece) override {
    words_ = piece.words;
    for (const auto& segment : piece.segments) {
      const std::uint64_t begin = std::max(segment.begin, piece.first);
      const std::uint64_t end = std::min(segment.end(), piece.last);
      if (begin >= end) continue;
      const std::uint64_t kmers_end = segment.end() - std::min(segment.length, k_ - 1);
      const std::uint64_t stop = std::clamp(kmers_end, begin, end);
      count_run(begin - piece.origin, stop - piece.origin);
      counted_ += stop - begin;
      if (counted_ > kFlushBases) flush();
      for (std::uint64_t at = stop; at < end; ++at) count_end(at - piece.origin, static_cast<int>(segment.end() - at));
    }
  }

  void flush() override {
    const std::lock_guard lock(totals_.mutex);
    add_to(totals_.counts.back());
    counted_ = 0;
  }

 protected:
  /// k-mers that start in [first, last) of the words.
  virtual void count_run(std::uint64_t first, std::uint64_t last) = 0;
  /// Adds all counts to the total, and starts again from zero.
  virtual void add_to(Table& total) = 0;

  /// At least the next 12 bases, first one lowest.
  std::uint64_t bases_at(std::uint64_t at) const {
    const std::uint64_t offset = 2 * (at % kBasesPerWord);
    std::uint64_t bases = words_[at / kBasesPerWord] >> offset;
    if (offset != 0 && at / kBasesPerWord + 1 < words_.size()) {
      bases |= words_[at / kBasesPerWord + 1] << (64 - offset);
    }
    return bases;
  }

  std::span<const std::uint64_t> words_;

 private:
  /// The n-mer before a segment's end; rare, so threads share the table.
  void count_end(std::uint64_t at, int n) {
    const auto index = static_cast<std::uint32_t>(bases_at(at) & (table_size(n) - 1));
    std::atomic_ref(totals_.counts[static_cast<std::size_t>(n - 1)][reversed(index, n)])
        .fetch_add(1, std::memory_order_relaxed);
  }

  Totals& totals_;
  std::uint64_t k_;
  std::uint64_t counted_ = 0;  // k-mers since the last flush
};

/// Counts k-mers of whole words by longer, overlapping-by-k-1 words ("strides"): a word of K + Stride - 1 bases at
/// every Stride-th position holds Stride k-mers, so that one increment counts them all. Two tables take turns, because
/// repeats would otherwise wait for their own last increment. All indices have the first base lowest.
template <int K>
class StrideTally final : public SegmentTally {
 public:
  static constexpr int kStride = K <= 5 ? 4 : (K <= 7 ? 2 : 1);
  static constexpr int kLength = K + kStride - 1;

  explicit StrideTally(Totals& totals)
      : SegmentTally(K, totals), even_(table_size(kLength)), odd_(table_size(kLength)), singles_(table_size(K)) {}

 private:
  void count_run(std::uint64_t first, std::uint64_t last) override {
    const std::uint64_t word = (first + kBasesPerWord - 1) / kBasesPerWord;
    const std::uint64_t word_end = std::max(word, last / kBasesPerWord);
    count_singles(first, std::min(last, word * kBasesPerWord));
    count_words(word, word_end);
    count_singles(std::max(first, word_end * kBasesPerWord), last);
  }

  void add_to(Table& total) override {
    for (std::uint32_t i = 0; i < even_.size(); ++i) {
      const std::uint64_t count = std::uint64_t{even_[i]} + odd_[i];
      for (int start = 0; start < kStride; ++start) total[reversed(i >> (2 * start) & (table_size(K) - 1), K)] += count;
    }
    for (std::uint32_t i = 0; i < singles_.size(); ++i) total[reversed(i, K)] += singles_[i];
    for (auto* table : {&even_, &odd_, &singles_}) std::fill(table->begin(), table->end(), 0);
  }

  void count_words(std::uint64_t word, std::uint64_t end) {
    for (; word < end; ++word) {
      const std::uint64_t low = words_[word];
      const std::uint64_t high = word + 1 < words_.size() ? words_[word + 1] : 0;
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
    for (; first < last; ++first) ++singles_[bases_at(first) & (table_size(K) - 1)];
  }

  std::vector<std::uint32_t> even_, odd_, singles_;
};

/// Counts k-mers one by one, in the order of the vocabulary: their tables outgrow the caches, whatever the order.
class LongTally final : public SegmentTally {
 public:
  LongTally(int k, Totals& totals) : SegmentTally(k, totals), k_(k), counts_(table_size(k)) {}

 private:
  void count_run(std::uint64_t first, std::uint64_t last) override {
    if (first >= last) return;
    const auto mask = static_cast<std::uint32_t>(counts_.size() - 1);
    std::uint32_t index = reversed(static_cast<std::uint32_t>(bases_at(first)) & mask, k_);
    ++counts_[index];
    const auto lead = static_cast<std::uint64_t>(k_ - 1);
    for (std::uint64_t at = first + 1 + lead; at < last + lead; ++at) {
      const auto code = static_cast<std::uint32_t>(words_[at / kBasesPerWord] >> (2 * (at % kBasesPerWord)) & 3);
      index = (index << 2 | code) & mask;
      ++counts_[index];
    }
  }

  void add_to(Table& total) override {
    for (std::size_t i = 0; i < counts_.size(); ++i) total[i] += counts_[i];
    std::fill(counts_.begin(), counts_.end(), 0);
  }

  int k_;
  std::vector<std::uint32_t> counts_;
};

/// Counts of the (n-1)-mers that begin the counted n-mers.
void add_prefix_sums(const Table& counts, Table& shorter) {
  for (std::size_t i = 0; i < counts.size(); ++i) shorter[i / 4] += counts[i];
}

/// A and T, C and G differ in the lowest bit of their codes.
std::uint32_t reverse_complement(std::uint32_t index, int n) {
  return reversed(index ^ static_cast<std::uint32_t>(0x55555555U & (table_size(n) - 1)), n);
}

void add_reverse_complements(int n, Table& counts) {
  for (std::uint32_t i = 0; i < counts.size(); ++i) {
    const std::uint32_t other = reverse_complement(i, n);
    if (other < i) continue;
    counts[i] = counts[other] = counts[i] + counts[other];
  }
}

}  // namespace

Totals::Totals(int k) {
  for (int n = 1; n <= k; ++n) counts.emplace_back(table_size(n));
}

std::unique_ptr<Tally> make_tally(int k, Totals& totals) {
  switch (k) {
    case 1:
      return std::make_unique<StrideTally<1>>(totals);
    case 2:
      return std::make_unique<StrideTally<2>>(totals);
    case 3:
      return std::make_unique<StrideTally<3>>(totals);
    case 4:
      return std::make_unique<StrideTally<4>>(totals);
    case 5:
      return std::make_unique<StrideTally<5>>(totals);
    case 6:
      return std::make_unique<StrideTally<6>>(totals);
    case 7:
      return std::make_unique<StrideTally<7>>(totals);
    case 8:
      return std::make_unique<StrideTally<8>>(totals);
    default:
      return std::make_unique<LongTally>(k, totals);
  }
}

NmerCounts all_lengths(Totals& totals, bool both_strands) {
  NmerCounts result{static_cast<int>(totals.counts.size()), std::move(totals.counts)};
  for (std::size_t n = result.counts.size() - 1; n >= 1; --n) add_prefix_sums(result.counts[n], result.counts[n - 1]);
  if (both_strands) {
    for (int n = 1; n <= result.k; ++n) add_reverse_complements(n, result.counts[static_cast<std::size_t>(n - 1)]);
  }
  return result;
}

}  // namespace cmgems::kmer
