// A genome in memory: 2 bits a base, cut at every run of non-ACGT. Immutable once built, so threads share it freely.
// Base codes are DNABERT's: A=0, T=1, C=2, G=3. `U` is read as `T`, lower case (soft-masked) as upper case.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
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
};

struct Contig {
  std::string name;      // first word of the FASTA header
  std::uint64_t length;  // bases including non-ACGT
};

class Genome {
 public:
  const std::vector<Contig>& contigs() const { return contigs_; }
  const std::vector<Segment>& segments() const { return segments_; }
  /// ACGT bases over all segments.
  std::uint64_t size() const { return size_; }
  /// Code of one base. REQUIRES: position < size().
  std::uint8_t base(std::uint64_t position) const {
    return static_cast<std::uint8_t>(packed_[position >> 5] >> ((position & 31) * 2) & 3);
  }
  /// Codes of [begin, begin + codes.size()). REQUIRES: within size().
  void unpack(std::uint64_t begin, std::span<std::uint8_t> codes) const;
  /// 32 bases a word, first base in the lowest two bits.
  std::span<const std::uint64_t> packed() const { return packed_; }
  /// SHA-256 over segment lengths and packed bases, in order: what the table and the run were made from.
  std::string hash() const;

 private:
  friend class GenomeBuilder;
  std::vector<Contig> contigs_;
  std::vector<Segment> segments_;
  std::vector<std::uint64_t> packed_;
  std::uint64_t size_ = 0;
};

/// Grows a Genome from text. Not thread-safe.
class GenomeBuilder {
 public:
  void begin_contig(std::string name);
  /// Bases in ASCII, any case; non-ACGT ends the current segment, white space is skipped. May be called in pieces.
  void append(std::string_view bases);
  /// Bases already coded 0..3; kNotABase ends the current segment.
  void append_codes(std::span<const std::uint8_t> codes);
  /// Characters seen that are neither an IUPAC nucleotide code nor a gap (- . *): a protein file has E F I L P Q ...
  std::uint64_t foreign_letters() const { return foreign_letters_; }
  Genome finish();

 private:
  void push(std::uint8_t code);
  void push_word(std::uint64_t word, std::size_t count);  // up to 32 bases, packed
  void open_segment();
  Genome genome_;
  std::uint64_t foreign_letters_ = 0;
  bool in_segment_ = false;
};

}  // namespace cmgems::genome
