// A genome in memory: 2 bits a base, cut at every run of non-ACGT. Immutable once built, so threads share it freely.
// Base codes are DNABERT's: A=0, T=1, C=2, G=3. `U` is read as `T`, lower case (soft-masked) as upper case.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace cmgems::genome {

inline constexpr std::uint8_t kNotABase = 255;
/// Code of an ASCII base, kNotABase for anything but ACGTU in either case.
std::uint8_t base_code(char base) noexcept;
inline constexpr char kBaseLetters[] = "ATCG";

/// A maximal run of ACGT bases of one contig.
struct Segment {
  std::uint32_t contig;           // index into Genome::contigs()
  std::uint64_t contig_position;  // 0-based position of its first base within the contig, Ns counted
  std::uint64_t begin;            // position of its first base within the packed genome
  std::uint64_t length;           // bases
  std::uint64_t end() const { return begin + length; }
};

struct Contig {
  std::string name;      // first word of the FASTA header
  std::uint64_t length;  // bases including non-ACGT
};

/// A genome without its bases.
struct Outline {
  std::vector<Contig> contigs;
  std::vector<Segment> segments;
  std::uint64_t size = 0;  // ACGT bases over all segments
};

class Genome {
 public:
  const std::vector<Contig>& contigs() const { return outline_.contigs; }
  const std::vector<Segment>& segments() const { return outline_.segments; }
  /// ACGT bases over all segments.
  std::uint64_t size() const { return outline_.size; }
  /// Code of one base. REQUIRES: position < size().
  std::uint8_t base(std::uint64_t position) const {
    return static_cast<std::uint8_t>(packed_[position >> 5] >> ((position & 31) * 2) & 3);
  }
  /// Codes of [begin, begin + codes.size()). REQUIRES: within size().
  void unpack(std::uint64_t begin, std::span<std::uint8_t> codes) const;
  /// 32 bases a word, first base in the lowest two bits.
  std::span<const std::uint64_t> packed() const { return packed_; }
  /// Bases [begin, begin + count), count <= 32, as a word whose unused bits are 0. REQUIRES: within size().
  std::uint64_t word_at(std::uint64_t begin, std::uint64_t count) const;
  /// hash_genome of this genome: what the table and the run were made from.
  std::string hash() const;

 private:
  friend class GenomeBuilder;
  Outline outline_;
  std::vector<std::uint64_t> packed_;
};

/// Bases that are packed, handed over and hashed together: 1 MiB when packed.
inline constexpr std::uint64_t kBlockBases = std::uint64_t{1} << 22;

/// SHA-256 of one block of packed bases, kBlockBases of them except in the last block. Blocks can be hashed as they are
/// read, by any thread.
std::string hash_block(std::span<const std::uint64_t> words);

/// SHA-256 over the segments' lengths (64-bit, little-endian) and the hashes of the blocks (hexadecimal), in order.
/// Contig names and unknown bases do not matter.
std::string hash_genome(const std::vector<Segment>& segments, const std::vector<std::string>& block_hashes);

}  // namespace cmgems::genome
