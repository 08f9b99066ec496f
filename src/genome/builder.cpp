#include "cmgems/genome/builder.h"

#include <algorithm>
#include <array>
#include <new>
#include <utility>

#include "characters.h"

namespace cmgems::genome {
namespace {

constexpr std::uint64_t kBlockWords = kBlockBases / kBasesPerWord;
constexpr std::size_t kWordsAtOnce = 64;

/// Packs up to 32 codes; false when one of them is none.
bool pack_codes(std::span<const std::uint8_t> codes, std::uint64_t& word) {
  word = 0;
  std::uint8_t seen = 0;
  for (std::size_t i = 0; i < codes.size(); ++i) {
    seen |= codes[i];
    word |= static_cast<std::uint64_t>(codes[i] & 3) << (2 * i);
  }
  return seen < 4;
}

std::uint64_t lowest_bases(std::uint64_t word, std::uint64_t count) {
  return count == kBasesPerWord ? word : word & ((std::uint64_t{1} << (2 * count)) - 1);
}

}  // namespace

void GenomeBuilder::reserve(std::uint64_t bases) {
  if (consumer_) return;
  try {
    words_.reserve(words_.size() + bases / kBasesPerWord + 2);
  } catch (const std::bad_alloc&) {
    return;  // a guess that was too high; what is really needed is asked for again
  }
}

void GenomeBuilder::begin_contig(std::string name) {
  if (!regions_.everything()) {
    kept_ = regions_.kept(name);
    next_kept_ = 0;
    next_kept();
  }
  outline_.contigs.push_back({std::move(name), 0});
  in_segment_ = false;
}

void GenomeBuilder::next_kept() {
  keep_ = next_kept_ < kept_.size() ? kept_[next_kept_++] : Interval{kWhole.end, kWhole.end};
}

void GenomeBuilder::append(std::string_view bases) {
  std::array<std::uint64_t, kWordsAtOnce> words{};
  while (!bases.empty()) {
    std::size_t full = 0;
    while (full < words.size() && bases.size() >= kBasesPerWord &&
           pack_letters(bases.substr(0, kBasesPerWord), words[full])) {
      bases.remove_prefix(kBasesPerWord);
      ++full;
    }
    push_words(std::span(words).first(full));
    if (full < words.size()) append_broken(bases);
  }
}

/// The start of a text that does not hold a full word of bases: its bases, then all that is none.
void GenomeBuilder::append_broken(std::string_view& text) {
  const auto is_base = [](char letter) { return character_class(letter) < 4; };
  const auto bases = static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_base) - text.begin());
  std::uint64_t word = 0;
  pack_letters(text.substr(0, bases), word);
  if (bases > 0) push_word(word, bases);
  text.remove_prefix(bases);
  while (!text.empty() && !is_base(text.front())) {
    const std::uint8_t type = character_class(text.front());
    const std::size_t run = std::min(text.find_first_not_of(text.front()), text.size());  // N after N, as a rule
    text.remove_prefix(run);
    if (type == kForeign) foreign_letters_ += run;
    if (type != kBlank) skip(run);
  }
}

void GenomeBuilder::append_codes(std::span<const std::uint8_t> codes) {
  std::uint64_t word = 0;
  while (!codes.empty()) {
    const auto block = codes.first(std::min<std::size_t>(codes.size(), kBasesPerWord));
    if (pack_codes(block, word)) {
      push_word(word, block.size());
    } else {
      for (const std::uint8_t code : block) code < 4 ? push_word(code, 1) : skip(1);
    }
    codes = codes.subspan(block.size());
  }
}

void GenomeBuilder::append_packed(std::span<const std::uint64_t> words, std::uint64_t first, std::uint64_t count) {
  if (first % kBasesPerWord == 0) {
    const std::uint64_t full = count / kBasesPerWord;
    push_words(words.subspan(first / kBasesPerWord, full));
    first += full * kBasesPerWord;
    count -= full * kBasesPerWord;
  }
  while (count > 0) {
    const std::uint64_t taken = std::min(count, kBasesPerWord);
    const std::uint64_t offset = 2 * (first % kBasesPerWord);
    std::uint64_t word = words[first / kBasesPerWord] >> offset;
    if (offset + 2 * taken > 64) word |= words[first / kBasesPerWord + 1] << (64 - offset);
    push_word(lowest_bases(word, taken), taken);
    first += taken;
    count -= taken;
  }
}

void GenomeBuilder::skip(std::uint64_t count) {
  if (count == 0) return;
  if (outline_.contigs.empty()) begin_contig("");
  outline_.contigs.back().length += count;
  in_segment_ = false;
}

void GenomeBuilder::push_words(std::span<const std::uint64_t> words) {
  while (!words.empty()) {
    const std::uint64_t position = outline_.contigs.empty() ? 0 : outline_.contigs.back().length;
    const std::uint64_t room = consumer_ ? kBlockWords + 1 - words_.size() : words.size();
    const std::uint64_t taken = std::min<std::uint64_t>(room, words.size());
    if (words_.empty() || taken == 0 || position < keep_.begin || position + taken * kBasesPerWord > keep_.end) {
      push_word(words.front(), kBasesPerWord);
      words = words.subspan(1);
      continue;
    }
    store_words(words.first(taken));
    words = words.subspan(taken);
  }
}

void GenomeBuilder::store_words(std::span<const std::uint64_t> words) {
  open_segment();
  const std::uint64_t used = 2 * (outline_.size % kBasesPerWord);
  if (used == 0) {
    words_.insert(words_.end(), words.begin(), words.end());
  } else {
    std::uint64_t before = words_.back();
    std::size_t at = words_.size();
    words_.resize(words_.size() + words.size());
    for (const std::uint64_t word : words) {
      words_[at - 1] = before | word << used;
      before = word >> (64 - used);
      ++at;
    }
    words_.back() = before;
  }
  advance(words.size() * kBasesPerWord);
}

void GenomeBuilder::push_word(std::uint64_t word, std::uint64_t count) {
  if (outline_.contigs.empty()) begin_contig("");
  const std::uint64_t position = outline_.contigs.back().length;
  if (position >= keep_.begin && position + count <= keep_.end) return store(word, count);
  push_clipped(word, count);
}

void GenomeBuilder::push_clipped(std::uint64_t word, std::uint64_t count) {
  while (count > 0) {
    const std::uint64_t position = outline_.contigs.back().length;
    while (keep_.end <= position) next_kept();
    const bool kept = position >= keep_.begin;
    const std::uint64_t taken = std::min(count, (kept ? keep_.end : keep_.begin) - position);
    kept ? store(lowest_bases(word, taken), taken) : skip(taken);
    count -= taken;
    if (count > 0) word >>= 2 * taken;
  }
}

void GenomeBuilder::open_segment() {
  if (in_segment_) return;
  const auto contig = static_cast<std::uint32_t>(outline_.contigs.size() - 1);
  outline_.segments.push_back({contig, outline_.contigs.back().length, outline_.size, 0});
  in_segment_ = true;
}

void GenomeBuilder::store(std::uint64_t word, std::uint64_t count) {
  open_segment();
  const std::uint64_t used = outline_.size % kBasesPerWord;
  if (used == 0) {
    new_word(word);
  } else {
    words_.back() |= word << (2 * used);
    if (used + count > kBasesPerWord) {
      const std::uint64_t fitting = kBasesPerWord - used;
      advance(fitting);
      new_word(word >> (2 * fitting));
      count -= fitting;
    }
  }
  advance(count);
}

void GenomeBuilder::new_word(std::uint64_t word) {
  if (consumer_) {
    if (words_.empty()) words_.push_back(0);
    if (words_.size() > kBlockWords) emit(false);
  }
  words_.push_back(word);
}

void GenomeBuilder::advance(std::uint64_t count) {
  outline_.size += count;
  outline_.segments.back().length += count;
  outline_.contigs.back().length += count;
}

void GenomeBuilder::emit(bool last) {
  PackedBlock block;
  block.index = blocks_++;
  block.begin = block.index * kBlockBases;
  block.bases = outline_.size - block.begin;
  block.last = last;
  auto& segments = outline_.segments;
  const std::uint64_t reach = block.begin - std::min(block.begin, kBasesPerWord);
  while (first_segment_ < segments.size() && segments[first_segment_].end() <= reach) ++first_segment_;
  block.segments.assign(segments.begin() + static_cast<std::ptrdiff_t>(first_segment_), segments.end());
  block.words = std::move(words_);
  words_ = {};
  words_.reserve(kBlockWords + 1);
  words_.push_back(block.words.back());
  consumer_(std::move(block));
}

Outline GenomeBuilder::close() {
  check_regions();
  return std::exchange(outline_, {});
}

Genome GenomeBuilder::finish() {
  Genome done;
  done.outline_ = close();
  done.packed_ = std::move(words_);
  *this = GenomeBuilder();
  return done;
}

Outline GenomeBuilder::finish_blocks() {
  if (words_.size() > 1) emit(true);
  Outline done = close();
  *this = GenomeBuilder();
  return done;
}

}  // namespace cmgems::genome
