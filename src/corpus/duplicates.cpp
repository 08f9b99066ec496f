#include "duplicates.h"

#include <algorithm>
#include <array>

#include "cmgems/base/hash.h"

namespace cmgems::corpus {
namespace {

constexpr std::uint64_t kWindowsPerRound = std::uint64_t{1} << 24;  // looked at together: bounds the memory
constexpr std::uint64_t kBitsPerWindow = 8;
constexpr std::size_t kWordsPerHash = 32;  // packed bases hashed at once
constexpr std::uint64_t kBasesPerWord = 32;

/// Of the window's bases and their number.
std::uint64_t hash_window(const genome::Genome& genome, const Window& window, std::uint64_t overhang) {
  std::array<std::uint64_t, kWordsPerHash + 2> words{};
  std::uint64_t left = window.tokens + overhang, at = window.begin;
  std::uint64_t hash = left;
  while (left > 0) {
    std::size_t used = 0;
    words[used++] = hash;
    for (; left > 0 && used <= kWordsPerHash; ++used) {
      const std::uint64_t bases = std::min(left, kBasesPerWord);
      words[used] = genome.word_at(at, bases);
      at += bases;
      left -= bases;
    }
    hash = hash64(words.data(), used * sizeof words[0]);
  }
  return hash;
}

/// A set of hashes that may say yes for one that is not in it, and never no for one that is.
class BitSet {
 public:
  explicit BitSet(std::uint64_t entries) : bits_(entries * kBitsPerWindow / 64 + 1) {}

  /// Whether it may have been there before.
  bool insert(std::uint64_t hash) {
    const bool before = contains(hash);
    bits_[place(hash) / 64] |= bit(hash);
    return before;
  }
  bool contains(std::uint64_t hash) const { return (bits_[place(hash) / 64] & bit(hash)) != 0; }
  void clear() { std::fill(bits_.begin(), bits_.end(), 0); }

 private:
  std::uint64_t place(std::uint64_t hash) const {
    __extension__ using Wide = unsigned __int128;
    const std::uint64_t places = 64 * bits_.size();
    return static_cast<std::uint64_t>(static_cast<Wide>(hash * kSpread) * places >> 64);
  }
  std::uint64_t bit(std::uint64_t hash) const { return std::uint64_t{1} << (place(hash) % 64); }

  static constexpr std::uint64_t kSpread = 0x9E3779B97F4A7C15;  // makes the place independent of the share
  std::vector<std::uint64_t> bits_;
};

/// Finds the windows of one share of all hashes that occurred before.
class Round {
 public:
  Round(std::uint64_t entries, std::uint64_t round, std::uint64_t rounds)
      : seen_(entries / rounds + 1), round_(round), rounds_(rounds) {}

  /// First pass: notes hashes that may be there twice.
  void note(std::uint64_t hash) {
    if (mine(hash) && seen_.insert(hash)) twice_.push_back(hash);
  }
  void prepare_second_pass() {
    std::sort(twice_.begin(), twice_.end());
    twice_.erase(std::unique(twice_.begin(), twice_.end()), twice_.end());
    met_.assign(twice_.size(), false);
    seen_.clear();
    for (const std::uint64_t hash : twice_) seen_.insert(hash);
  }
  /// Second pass: whether this is a copy of a window before.
  bool is_copy(std::uint64_t hash) {
    if (!mine(hash) || !seen_.contains(hash)) return false;
    const auto found = std::lower_bound(twice_.begin(), twice_.end(), hash);
    if (found == twice_.end() || *found != hash) return false;
    const auto index = static_cast<std::size_t>(found - twice_.begin());
    const bool copy = met_[index];
    met_[index] = true;
    return copy;
  }

 private:
  bool mine(std::uint64_t hash) const { return hash % rounds_ == round_; }

  BitSet seen_;  // of all windows, in the second pass of those in twice_
  std::vector<std::uint64_t> twice_;
  std::vector<bool> met_;
  std::uint64_t round_, rounds_;
};

}  // namespace

std::uint64_t drop_duplicates(const genome::Genome& genome, std::uint64_t overhang, WindowSet& set) {
  const std::uint64_t windows = set.validation.size() + set.train.size();
  const std::uint64_t rounds = 1 + windows / kWindowsPerRound;
  std::uint64_t dropped = 0;
  for (std::uint64_t i = 0; i < rounds; ++i) {
    Round round(windows, i, rounds);
    for (const auto* side : {&set.validation, &set.train}) {
      for (const auto& window : *side) round.note(hash_window(genome, window, overhang));
    }
    round.prepare_second_pass();
    for (auto* side : {&set.validation, &set.train}) {
      dropped += std::erase_if(
          *side, [&](const Window& window) { return round.is_copy(hash_window(genome, window, overhang)); });
    }
  }
  return dropped;
}

}  // namespace cmgems::corpus
