// UCSC .2bit.
#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "cmgems/base/error.h"
#include "cmgems/genome/contig_reader.h"
#include "cmgems/genome/reader.h"
#include "formats.h"

namespace cmgems::genome {
namespace {

constexpr std::uint32_t kSignature = 0x1A412743;
constexpr std::uint64_t kHeaderBytes = 16;
constexpr std::uint64_t kChunkWords = std::uint64_t{1} << 15;  // 256 KiB
constexpr std::uint64_t kChunkBases = kChunkWords * kBasesPerWord;

std::uint32_t swapped(std::uint32_t value) {
  return value >> 24 | (value >> 8 & 0xFF00) | (value << 8 & 0xFF0000) | value << 24;
}

/// 32 bases as the file has them (T=0 C=1 A=2 G=3, first base in the highest bits of each byte) in our form.
std::uint64_t converted(std::uint64_t word) {
  constexpr std::uint64_t nibbles = 0x0F0F0F0F0F0F0F0F, pairs = 0x3333333333333333, ones = 0x5555555555555555;
  word = (word >> 4 & nibbles) | (word & nibbles) << 4;
  word = (word >> 2 & pairs) | (word & pairs) << 2;
  const std::uint64_t high = word >> 1 & ones, low = word & ones;
  return low << 1 | (~(high ^ low) & ones);
}

/// A file of known size: nothing is read that is not there, no byte of a sequence twice, and no count is believed
/// before it is compared with the size.
class Bytes {
 public:
  explicit Bytes(const std::filesystem::path& path)
      : path_(path.string()), file_(path, std::ios::binary), size_(std::filesystem::file_size(path)) {
    if (!file_) throw IoError(path_ + ": cannot be read: " + std::strerror(errno));
    std::uint32_t signature = 0;
    read(&signature, sizeof signature);
    swap_ = signature != kSignature;
  }

  std::uint64_t at() const { return at_; }
  void seek(std::uint64_t at) {
    if (at > size_) fail("a position beyond the end");
    file_.seekg(static_cast<std::streamoff>(at));
    at_ = at;
  }
  void read(void* target, std::uint64_t bytes) {
    require(bytes);
    read_ += bytes;
    if (read_ > size_) fail("bytes that belong to another sequence");
    file_.read(static_cast<char*>(target), static_cast<std::streamsize>(bytes));
    if (!file_) throw IoError(path_ + ": reading failed: " + std::strerror(errno));
    at_ += bytes;
  }
  std::uint32_t number() {
    std::uint32_t value = 0;
    read(&value, sizeof value);
    return swap_ ? swapped(value) : value;
  }
  std::uint64_t long_number() {
    const std::uint64_t first = number(), second = number();
    return swap_ ? first << 32 | second : second << 32 | first;
  }
  /// REQUIRES of the file: so many bytes follow.
  void require(std::uint64_t bytes) const {
    if (bytes > size_ - at_) fail("less than it announces");
  }
  [[noreturn]] void fail(const std::string& found) const {
    throw DataError(path_ + ": " + where_ + " holds " + found +
                    ": the .2bit file is cut off or damaged; copy or download it again");
  }
  void enter(std::string where) { where_ = std::move(where); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  std::ifstream file_;
  std::uint64_t size_, at_ = 0;
  std::uint64_t read_ = 0;  // bytes read in all: as many as there are, unless sequences overlap
  bool swap_ = false;
  std::string where_ = "the header";
};

struct Entry {
  std::string name;
  std::uint64_t offset;
};

std::vector<Entry> read_index(Bytes& bytes) {
  bytes.seek(sizeof kSignature);
  const std::uint32_t version = bytes.number();
  const std::uint32_t count = bytes.number();
  if (version > 1) {
    throw DataError(bytes.path() + ": .2bit of version " + std::to_string(version) +
                    "; expected version 0 or 1, convert the file with a newer tool of UCSC or to FASTA");
  }
  bytes.seek(kHeaderBytes);
  bytes.enter("the index");
  const std::uint64_t shortest = version == 0 ? 5 : 9;
  bytes.require(count * shortest);
  std::vector<Entry> entries(count);
  for (Entry& entry : entries) {
    std::uint8_t length = 0;
    bytes.read(&length, 1);
    entry.name.resize(length);
    bytes.read(entry.name.data(), length);
    entry.offset = version == 0 ? bytes.number() : bytes.long_number();
  }
  if (entries.empty()) throw DataError(bytes.path() + ": the .2bit file has no sequence");
  return entries;
}

/// Starts, then lengths, of runs of N.
std::vector<Interval> read_unknown(Bytes& bytes, std::uint64_t size) {
  const std::uint64_t count = bytes.number();
  bytes.require(count * 8);
  std::vector<Interval> runs(count);
  for (Interval& run : runs) run.begin = bytes.number();
  std::uint64_t before = 0;
  for (Interval& run : runs) {
    run.end = run.begin + bytes.number();
    if (run.begin < before || run.end > size) bytes.fail("a run of N outside its sequence or out of order");
    before = run.end;
  }
  return runs;
}

void append_chunk(GenomeBuilder& builder, std::span<const std::uint64_t> words, Interval chunk,
                  const std::vector<Interval>& unknown, std::size_t& next) {
  for (std::uint64_t at = chunk.begin; at < chunk.end;) {
    while (next < unknown.size() && unknown[next].end <= at) ++next;
    const Interval run = next < unknown.size() ? unknown[next] : Interval{chunk.end, chunk.end};
    if (run.begin <= at) {
      const std::uint64_t end = std::min(run.end, chunk.end);
      builder.skip(end - at);
      at = end;
    } else {
      const std::uint64_t end = std::min(run.begin, chunk.end);
      builder.append_packed(words, at - chunk.begin, end - at);
      at = end;
    }
  }
}

void append_sequence(GenomeBuilder& builder, Bytes& bytes, const Entry& entry, std::uint64_t index_end) {
  bytes.enter("sequence '" + entry.name + "'");
  if (entry.offset < index_end) bytes.fail("a position within the index");
  bytes.seek(entry.offset);
  const std::uint64_t size = bytes.number();
  const auto unknown = read_unknown(bytes, size);
  const std::uint64_t lower_case = bytes.number();
  bytes.require(lower_case * 8);
  bytes.seek(bytes.at() + lower_case * 8);
  bytes.number();  // reserved
  bytes.require((size + 3) / 4);
  builder.begin_contig(entry.name);
  std::vector<std::uint64_t> words(std::min(kChunkWords, size / kBasesPerWord + 1));
  std::size_t next = 0;
  for (std::uint64_t done = 0; done < size; done += kChunkBases) {
    const std::uint64_t bases = std::min(kChunkBases, size - done);
    bytes.read(words.data(), (bases + 3) / 4);
    for (auto& word : words) word = converted(word);
    append_chunk(builder, words, {done, done + bases}, unknown, next);
  }
}

}  // namespace

bool has_twobit_signature(std::string_view text) {
  std::uint32_t signature = 0;
  if (text.size() < sizeof signature) return false;
  std::memcpy(&signature, text.data(), sizeof signature);
  return signature == kSignature || signature == swapped(kSignature);
}

bool is_twobit(const std::filesystem::path& path) {
  if (!std::filesystem::is_regular_file(path)) return false;
  std::array<char, sizeof kSignature> start{};
  std::ifstream(path, std::ios::binary).read(start.data(), start.size());
  return has_twobit_signature({start.data(), start.size()});
}

void append_twobit(GenomeBuilder& builder, const std::filesystem::path& path) {
  static_assert(std::endian::native == std::endian::little, "bytes of the file are read as little-endian words");
  Bytes bytes(path);
  const auto entries = read_index(bytes);
  const std::uint64_t index_end = bytes.at();
  for (const Entry& entry : entries) append_sequence(builder, bytes, entry, index_end);
}

void for_each_twobit_record(const std::filesystem::path& path, const std::function<void(FastaRecord)>& take) {
  Bytes bytes(path);
  const auto entries = read_index(bytes);
  const std::uint64_t index_end = bytes.at();
  for (const Entry& entry : entries) {
    GenomeBuilder builder;
    append_sequence(builder, bytes, entry, index_end);
    const Genome genome = builder.finish();
    take({entry.name, ContigReader(genome).bases(0, 0, genome.contigs().front().length)});
  }
}

}  // namespace cmgems::genome
