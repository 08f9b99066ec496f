#include "cmgems/kmer/vocabulary.h"

#include <algorithm>
#include <array>

#include "cmgems/base/error.h"
#include "cmgems/genome/genome.h"

namespace cmgems::kmer {
namespace {

constexpr std::array<std::string_view, kFirstKmer> kSpecialWords{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};

constexpr std::size_t kLongestIndexed = 15;

int checked(int k) {
  if (k < kMinK || k > kMaxK) {
    throw UsageError("k is " + std::to_string(k) + "; expected a k-mer length from " + std::to_string(kMinK) + " to " +
                     std::to_string(kMaxK));
  }
  return k;
}

}  // namespace

std::string kmer_text(std::uint32_t index, int k) {
  std::string letters;
  for (int shift = 2 * (k - 1); shift >= 0; shift -= 2) letters += genome::kBaseLetters[index >> shift & 3];
  return letters;
}

std::optional<std::uint32_t> kmer_index(std::string_view letters) {
  if (letters.empty() || letters.size() > kLongestIndexed) return std::nullopt;
  std::uint32_t index = 0;
  for (const char letter : letters) {
    const std::uint8_t code = genome::base_code(letter);
    if (code == genome::kNotABase) return std::nullopt;
    index = index << 2 | code;
  }
  return index;
}

Vocabulary::Vocabulary(int k) : k_(checked(k)), kmers_(TokenId{1} << (2 * k)) {}

TokenId Vocabulary::id(std::string_view word) const {
  const auto special = std::find(kSpecialWords.begin(), kSpecialWords.end(), word);
  if (special != kSpecialWords.end()) return static_cast<TokenId>(special - kSpecialWords.begin());
  if (word.size() != static_cast<std::size_t>(k_)) return kUnk;
  const auto index = kmer_index(word);
  return index ? kFirstKmer + static_cast<TokenId>(*index) : kUnk;
}

std::string Vocabulary::word(TokenId id) const {
  if (id < kFirstKmer) return std::string(kSpecialWords[static_cast<std::size_t>(id)]);
  return kmer_text(static_cast<std::uint32_t>(id - kFirstKmer), k_);
}

std::string Vocabulary::text() const {
  std::string lines;
  for (TokenId id = 0; id < size(); ++id) lines += word(id) + '\n';
  return lines;
}

std::vector<TokenId> tokenize(const Vocabulary& vocabulary, std::string_view sequence) {
  const auto k = static_cast<std::size_t>(vocabulary.k());
  if (sequence.size() < k) return {};
  const auto mask = static_cast<std::uint32_t>(vocabulary.kmers() - 1);
  std::vector<TokenId> tokens;
  tokens.reserve(sequence.size() - k + 1);
  std::uint32_t index = 0;
  std::size_t valid = 0;  // bases since the last character that is none
  for (std::size_t i = 0; i < sequence.size(); ++i) {
    const std::uint8_t code = genome::base_code(sequence[i]);
    valid = code == genome::kNotABase ? 0 : valid + 1;
    index = (index << 2 | (code & 3)) & mask;
    if (i + 1 >= k) tokens.push_back(valid >= k ? kFirstKmer + static_cast<TokenId>(index) : kUnk);
  }
  return tokens;
}

void tokenize_codes(const Vocabulary& vocabulary, std::span<const std::uint8_t> codes, std::span<TokenId> tokens) {
  const auto mask = static_cast<std::uint32_t>(vocabulary.kmers() - 1);
  const auto lead = static_cast<std::size_t>(vocabulary.k() - 1);
  std::uint32_t index = 0;
  for (std::size_t i = 0; i < lead && i < codes.size(); ++i) index = index << 2 | codes[i];
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    index = (index << 2 | codes[i + lead]) & mask;
    tokens[i] = kFirstKmer + static_cast<TokenId>(index);
  }
}

}  // namespace cmgems::kmer
