// Letters -> 2 bits, 32 at a time: the inner loop of reading FASTA. No branches on the letters.
#pragma once

#include <cstdint>
#include <string_view>

namespace cmgems::genome {

inline constexpr std::uint64_t kBasesPerWord = 32;

/// Packs up to 32 letters, first one lowest; letters beyond the text count as A. False when one of them is not ACGTU in
/// either case; `word` then means nothing. REQUIRES: text.size() <= 32.
bool pack_letters(std::string_view text, std::uint64_t& word) noexcept;

/// The same, letter by letter through a table: what pack_letters is tested against.
bool pack_letters_plain(std::string_view text, std::uint64_t& word) noexcept;

}  // namespace cmgems::genome
