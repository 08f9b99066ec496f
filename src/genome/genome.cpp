#include "cmgems/genome/genome.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <type_traits>
#include <utility>

#include "characters.h"
#include "cmgems/base/hash.h"

namespace cmgems::genome {
namespace {

static_assert(std::endian::native == std::endian::little, "packed words are hashed and unpacked byte by byte");

/// The four codes of every byte of packed bases.
constexpr std::array<std::uint32_t, 256> unpacked_bytes() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    for (std::uint32_t i = 0; i < 4; ++i) table[byte] |= (byte >> (2 * i) & 3) << (8 * i);
  }
  return table;
}
constexpr auto kUnpackedBytes = unpacked_bytes();

constexpr std::size_t kBasesPerWord = 32;

/// Packs `count` values into `word`; the result is 4 or more when one of them is no code.
template <class Value>
std::uint8_t pack_values(const Value* values, std::size_t count, std::uint64_t& word) {
  word = 0;
  std::uint8_t seen = 0;
  for (std::size_t i = 0; i < count; ++i) {
    std::uint8_t code = 0;
    if constexpr (std::is_same_v<Value, char>) {
      code = character_class(values[i]);
    } else {
      code = values[i];
    }
    seen |= code;
    word |= static_cast<std::uint64_t>(code & 3) << (2 * i);
  }
  return seen;
}

/// The same; a whole word is the common case and worth an unrolled loop.
template <class Value>
std::uint8_t pack_block(const Value* values, std::size_t count, std::uint64_t& word) {
  return count == kBasesPerWord ? pack_values(values, kBasesPerWord, word) : pack_values(values, count, word);
}

}  // namespace

std::uint8_t base_code(char base) noexcept {
  const std::uint8_t code = character_class(base);
  return code < 4 ? code : kNotABase;
}

void Genome::unpack(std::uint64_t begin, std::span<std::uint8_t> codes) const {
  std::size_t done = 0;
  for (; done < codes.size() && ((begin + done) & 3) != 0; ++done) codes[done] = base(begin + done);
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(packed_.data()) + (begin + done) / 4;
  for (; done + 4 <= codes.size(); done += 4) std::memcpy(&codes[done], &kUnpackedBytes[*bytes++], 4);
  for (; done < codes.size(); ++done) codes[done] = base(begin + done);
}

std::string Genome::hash() const {
  Sha256 hash;
  for (const Segment& segment : segments_) hash.update(&segment.length, sizeof segment.length);
  hash.update(packed_.data(), packed_.size() * sizeof(std::uint64_t));
  return hash.finish();
}

void GenomeBuilder::begin_contig(std::string name) {
  genome_.contigs_.push_back({std::move(name), 0});
  in_segment_ = false;
}

void GenomeBuilder::append(std::string_view bases) {
  std::uint64_t word = 0;
  for (std::size_t done = 0; done < bases.size(); done += kBasesPerWord) {
    const auto block = bases.substr(done, kBasesPerWord);
    if (pack_block(block.data(), block.size(), word) < 4) {
      push_word(word, block.size());
      continue;
    }
    for (const char base : block) {
      const std::uint8_t code = character_class(base);
      if (code == kBlank) continue;
      foreign_letters_ += code == kForeign;
      push(code);
    }
  }
}

void GenomeBuilder::append_codes(std::span<const std::uint8_t> codes) {
  std::uint64_t word = 0;
  while (!codes.empty()) {
    const auto block = codes.first(std::min(codes.size(), kBasesPerWord));
    if (pack_block(block.data(), block.size(), word) < 4) {
      push_word(word, block.size());
    } else {
      for (const std::uint8_t code : block) push(code);
    }
    codes = codes.subspan(block.size());
  }
}

void GenomeBuilder::open_segment() {
  if (in_segment_) return;
  if (genome_.contigs_.empty()) begin_contig("");
  const auto contig = static_cast<std::uint32_t>(genome_.contigs_.size() - 1);
  genome_.segments_.push_back({contig, genome_.contigs_.back().length, genome_.size_, 0});
  in_segment_ = true;
}

void GenomeBuilder::push_word(std::uint64_t word, std::size_t count) {
  open_segment();
  const std::size_t used = genome_.size_ % kBasesPerWord;
  if (used == 0) {
    genome_.packed_.push_back(word);
  } else {
    genome_.packed_.back() |= word << (2 * used);
    if (used + count > kBasesPerWord) genome_.packed_.push_back(word >> (2 * (kBasesPerWord - used)));
  }
  genome_.size_ += count;
  genome_.segments_.back().length += count;
  genome_.contigs_.back().length += count;
}

void GenomeBuilder::push(std::uint8_t code) {
  if (code < 4) return push_word(code, 1);
  if (genome_.contigs_.empty()) begin_contig("");
  ++genome_.contigs_.back().length;
  in_segment_ = false;
}

Genome GenomeBuilder::finish() {
  Genome done = std::move(genome_);
  *this = GenomeBuilder();
  return done;
}

}  // namespace cmgems::genome
