// Grows a genome from text or packed bases: into memory, or block by block into a consumer that keeps nothing.
#pragma once

#include <functional>
#include <span>
#include <string_view>

#include "cmgems/genome/genome.h"
#include "cmgems/genome/pack.h"
#include "cmgems/genome/regions.h"

namespace cmgems::genome {

/// Bases on their way to a consumer: positions [begin, begin + bases) of the packed genome.
struct PackedBlock {
  std::uint64_t index = 0;             // begin / kBlockBases
  std::uint64_t begin = 0, bases = 0;  // all blocks but the last hold kBlockBases
  bool last = false;                   // no base follows
  std::vector<std::uint64_t> words;    // the 32 bases before `begin` (0 in the first block), then the block
  std::vector<Segment> segments;       // that reach into [begin - 32, begin + bases), as far as they are known
  std::span<const std::uint64_t> content() const { return std::span(words).subspan(1); }
};

/// Not thread-safe.
class GenomeBuilder {
 public:
  using Consumer = std::function<void(PackedBlock)>;

  GenomeBuilder() = default;
  /// Every full block goes to `consumer`, the rest at finish_blocks(); the builder itself then holds one block at most.
  explicit GenomeBuilder(Consumer consumer) : consumer_(std::move(consumer)) {}

  /// Bases outside the regions become unknown ones. REQUIRES: nothing was added yet.
  void restrict_to(Regions regions) { regions_ = std::move(regions); }
  /// Room for so many more bases: growing step by step would copy, and leave the old copies behind. Untouched room
  /// costs no memory.
  void reserve(std::uint64_t bases);

  void begin_contig(std::string name);
  /// Bases in ASCII, any case; non-ACGT ends the current segment, white space is skipped. May be called in pieces.
  void append(std::string_view bases);
  /// Bases already coded 0..3; kNotABase ends the current segment.
  void append_codes(std::span<const std::uint8_t> codes);
  /// Bases [first, first + count) of packed words. REQUIRES: within the words.
  void append_packed(std::span<const std::uint64_t> words, std::uint64_t first, std::uint64_t count);
  /// Unknown bases.
  void skip(std::uint64_t count);

  /// Characters seen that are neither an IUPAC nucleotide code nor a gap (- . *): a protein file has E F I L P Q ...
  std::uint64_t foreign_letters() const { return foreign_letters_; }
  /// Throws: DataError when the regions do not fit the contigs so far.
  void check_regions() const { regions_.check(outline_.contigs); }
  bool restricted() const { return !regions_.everything(); }
  /// Bases kept so far.
  std::uint64_t size() const { return outline_.size; }

  /// REQUIRES: made without a consumer. Throws: DataError when the regions do not fit the contigs.
  Genome finish();
  /// REQUIRES: made with a consumer. Throws as finish().
  Outline finish_blocks();

 private:
  void append_broken(std::string_view& text);
  void push_words(std::span<const std::uint64_t> words);    // full ones
  void push_word(std::uint64_t word, std::uint64_t count);  // up to 32 bases, packed
  void push_clipped(std::uint64_t word, std::uint64_t count);
  /// REQUIRES: some words are there already, these belong to the kept part and, with a consumer, to the current block.
  void store_words(std::span<const std::uint64_t> words);
  void store(std::uint64_t word, std::uint64_t count);
  void new_word(std::uint64_t word);
  void advance(std::uint64_t count);
  void open_segment();
  void next_kept();
  void emit(bool last);
  Outline close();

  Consumer consumer_;
  Regions regions_;
  std::vector<Interval> kept_{kWhole};  // of the current contig, the last one open-ended
  std::size_t next_kept_ = 1;
  Interval keep_ = kWhole;  // the part that is kept, or comes next
  Outline outline_;
  std::vector<std::uint64_t> words_;  // with a consumer: one word of the block before, then the current block
  std::uint64_t blocks_ = 0;
  std::size_t first_segment_ = 0;  // that may reach into the current block
  std::uint64_t foreign_letters_ = 0;
  bool in_segment_ = false;
};

}  // namespace cmgems::genome
