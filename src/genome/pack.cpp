#include "cmgems/genome/pack.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstring>

#include "characters.h"

namespace cmgems::genome {
namespace {

static_assert(std::endian::native == std::endian::little, "letters are packed as bytes of little-endian numbers");

// Vectors of the compiler (GCC, Clang): SSE2, NEON or whatever the machine has.
using Letters = std::uint8_t __attribute__((vector_size(16)));

constexpr std::size_t kLetters = sizeof(Letters);

/// All ones in every byte that holds a base.
Letters bases_in(Letters letters) {
  const Letters upper = letters & 0xDF;
  const auto found = (upper == 'A') | (upper == 'C') | (upper == 'G') | (upper == 'T') | (upper == 'U');
  return Letters(found);
}

/// Codes of 8 letters in the lowest 16 bits. In ASCII, bit 1 of A, C, G, T is the upper bit of our code and bit 2 the
/// lower one; U is as T. The product moves the codes of letters 0..3 to the bits 24..31 and those of letters 4..7 to
/// the bits 56..63; no two of its terms meet.
std::uint64_t codes_of(std::uint64_t letters) {
  constexpr std::uint64_t ones = 0x0101010101010101;
  constexpr std::uint64_t gather = 1U << 24 | 1U << 18 | 1U << 12 | 1U << 6;
  const std::uint64_t codes = (letters & 2 * ones) | (letters >> 2 & ones);
  const std::uint64_t product = codes * gather;
  return (product >> 24 & 0xFF) | (product >> 56 << 8);
}

/// REQUIRES: 32 letters at `text`.
bool pack_block(const char* text, std::uint64_t& word) {
  Letters first, second;
  std::memcpy(&first, text, kLetters);
  std::memcpy(&second, text + kLetters, kLetters);
  const Letters valid = bases_in(first) & bases_in(second);
  std::array<std::uint64_t, 2> all{};
  std::memcpy(all.data(), &valid, kLetters);
  std::array<std::uint64_t, 4> letters{};
  std::memcpy(letters.data(), text, sizeof letters);
  word = codes_of(letters[0]) | codes_of(letters[1]) << 16 | codes_of(letters[2]) << 32 | codes_of(letters[3]) << 48;
  return (all[0] & all[1]) == ~std::uint64_t{0};
}

}  // namespace

bool pack_letters(std::string_view text, std::uint64_t& word) noexcept {
  if (text.size() == kBasesPerWord) return pack_block(text.data(), word);
  std::array<char, kBasesPerWord> padded{};
  padded.fill('A');
  std::copy(text.begin(), text.end(), padded.begin());
  return pack_block(padded.data(), word);
}

bool pack_letters_plain(std::string_view text, std::uint64_t& word) noexcept {
  word = 0;
  bool valid = true;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::uint8_t code = character_class(text[i]);
    valid &= code < 4;
    word |= static_cast<std::uint64_t>(code & 3) << (2 * i);
  }
  return valid;
}

}  // namespace cmgems::genome
