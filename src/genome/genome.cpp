#include "cmgems/genome/genome.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "characters.h"
#include "cmgems/base/hash.h"

namespace cmgems::genome {
namespace {

static_assert(std::endian::native == std::endian::little, "packed words are hashed and unpacked byte by byte");

constexpr std::uint64_t kBlockWords = kBlockBases / 32;

/// The four codes of every byte of packed bases.
constexpr std::array<std::uint32_t, 256> unpacked_bytes() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    for (std::uint32_t i = 0; i < 4; ++i) table[byte] |= (byte >> (2 * i) & 3) << (8 * i);
  }
  return table;
}
constexpr auto kUnpackedBytes = unpacked_bytes();

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

std::uint64_t Genome::word_at(std::uint64_t begin, std::uint64_t count) const {
  const std::uint64_t offset = 2 * (begin % 32);
  std::uint64_t word = packed_[begin / 32] >> offset;
  if (offset + 2 * count > 64) word |= packed_[begin / 32 + 1] << (64 - offset);
  return count == 32 ? word : word & ((std::uint64_t{1} << (2 * count)) - 1);
}

std::string Genome::hash() const {
  std::vector<std::string> blocks;
  for (std::size_t first = 0; first < packed_.size(); first += kBlockWords) {
    blocks.push_back(hash_block(packed().subspan(first, std::min(kBlockWords, packed_.size() - first))));
  }
  return hash_genome(outline_.segments, blocks);
}

std::string hash_block(std::span<const std::uint64_t> words) {
  Sha256 hash;
  hash.update(words.data(), words.size_bytes());
  return hash.finish();
}

std::string hash_genome(const std::vector<Segment>& segments, const std::vector<std::string>& block_hashes) {
  Sha256 hash;
  for (const Segment& segment : segments) hash.update(&segment.length, sizeof segment.length);
  for (const std::string& block : block_hashes) hash.update(block.data(), block.size());
  return hash.finish();
}

}  // namespace cmgems::genome
