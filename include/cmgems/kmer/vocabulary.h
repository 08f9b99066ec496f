// Overlapping k-mers (stride 1) and their ids in DNABERT's order: five special tokens, then
// id = 5 + sum over positions of code(base) * 4^(k-1-i), codes A=0 T=1 C=2 G=3.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cmgems::kmer {

using TokenId = std::int32_t;
inline constexpr TokenId kPad = 0, kUnk = 1, kCls = 2, kSep = 3, kMask = 4, kFirstKmer = 5;
inline constexpr int kMinK = 3, kMaxK = 8;

/// Letters of the k-mer number `index`, for any k up to 16. REQUIRES: index < 4^k.
std::string kmer_text(std::uint32_t index, int k);
/// Number of a k-mer in either case; none when a letter is no base, or there are none or more than 15.
std::optional<std::uint32_t> kmer_index(std::string_view letters);

/// Vocabulary of one k. A small value type.
class Vocabulary {
 public:
  /// Throws: UsageError when k is not in 3..8.
  explicit Vocabulary(int k);
  int k() const { return k_; }
  /// Number of k-mers, 4^k.
  TokenId kmers() const { return kmers_; }
  /// Number of ids: 5 + 4^k (69, 261, 1029, 4101 for k = 3..6).
  TokenId size() const { return kFirstKmer + kmers_; }
  /// Id of a word: a k-mer in either case, a special token, else [UNK].
  TokenId id(std::string_view word) const;
  /// Text of an id. REQUIRES: 0 <= id < size().
  std::string word(TokenId id) const;
  /// The vocab.txt of the model folder: one word a line, in id order.
  std::string text() const;

 private:
  int k_;
  TokenId kmers_;
};

/// Tokens of a sequence in ASCII: max(0, length - k + 1) ids, [UNK] where a k-mer holds a base outside ACGTU.
std::vector<TokenId> tokenize(const Vocabulary& vocabulary, std::string_view sequence);

/// Tokens of base codes 0..3. REQUIRES: tokens.size() + k - 1 == codes.size().
void tokenize_codes(const Vocabulary& vocabulary, std::span<const std::uint8_t> codes, std::span<TokenId> tokens);

}  // namespace cmgems::kmer
