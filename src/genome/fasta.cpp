// FASTA: plain, gzip or BGZF; single- or multi-line; soft-masked; CRLF.
#include <algorithm>
#include <cctype>
#include <utility>

#include "characters.h"
#include "cmgems/base/error.h"
#include "cmgems/genome/reader.h"
#include "formats.h"
#include "text_file.h"

namespace cmgems::genome {
namespace {

constexpr std::size_t kJoinedBytes = std::size_t{1} << 16;

/// Takes what a FASTA file holds, in order.
class FastaSink {
 public:
  virtual ~FastaSink() = default;
  virtual void header(std::string name, std::string description) = 0;
  /// Part of a sequence, without its line ends. False: it holds a foreign character.
  virtual bool bases(std::string_view piece) = 0;
};

bool is_blank(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return character_class(c) == kBlank; });
}

/// The start of a line for a message, printable.
std::string excerpt(std::string_view line) {
  std::string text(line.substr(0, 20));
  for (char& c : text) c = std::isprint(static_cast<unsigned char>(c)) != 0 ? c : '?';
  return text;
}

constexpr std::string_view kBlanks = " \t\r";

std::string first_word(std::string_view header) { return std::string(header.substr(0, header.find_first_of(kBlanks))); }

/// What follows the first word, without blanks at its ends.
std::string further_words(std::string_view header) {
  const auto end = header.find_first_of(kBlanks);
  const auto first = end == std::string_view::npos ? end : header.find_first_not_of(kBlanks, end);
  if (first == std::string_view::npos) return {};
  return std::string(header.substr(first, header.find_last_not_of(kBlanks) - first + 1));
}

/// Splits text into headers and sequences, and knows the line for messages. Lines of a sequence are joined before they
/// go to the sink, which then packs long runs instead of line after line.
class FastaParser {
 public:
  FastaParser(std::string path, FastaSink& sink) : path_(std::move(path)), sink_(sink) {}

  void feed(std::string_view text) {
    while (!text.empty()) {
      const auto line_end = text.find('\n');
      if (const auto piece = text.substr(0, line_end); !piece.empty()) take(piece);
      if (line_end == std::string_view::npos) return;
      end_line();
      text.remove_prefix(line_end + 1);
    }
  }

  void finish() {
    end_line();
    pass_on();
    if (records_ == 0) throw DataError(path_ + ": the file is empty; expected FASTA");
    if (!bases_seen_) throw DataError(path_ + ": line 1: no record of the file has a sequence after its header");
  }

 private:
  void take(std::string_view piece) {
    if (at_line_start_) in_header_ = piece.front() == '>';
    at_line_start_ = false;
    if (in_header_) {
      header_ += piece;
      return;
    }
    if (!bases_seen_) {
      if (is_blank(piece)) return;
      if (records_ == 0) fail("expected a FASTA header that starts with '>', found '" + excerpt(piece) + "'");
      bases_seen_ = true;
    }
    if (piece.back() == '\r') piece.remove_suffix(1);
    starts_.push_back({joined_.size(), line_});
    joined_ += piece;
    if (joined_.size() >= kJoinedBytes) pass_on();
  }

  /// Gives the sink what was joined so far.
  void pass_on() {
    if (joined_.empty()) return;
    if (!sink_.bases(joined_)) fail_foreign();
    joined_.clear();
    starts_.clear();
  }

  void end_line() {
    if (in_header_) {
      pass_on();
      const auto header = std::string_view(header_).substr(1);
      sink_.header(first_word(header), further_words(header));
      ++records_;
      header_.clear();
    }
    ++line_;
    at_line_start_ = true;
    in_header_ = false;
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw DataError(path_ + ": line " + std::to_string(line_) + ": " + what);
  }

  [[noreturn]] void fail_foreign() {
    const auto found =
        std::find_if(joined_.begin(), joined_.end(), [](char c) { return character_class(c) == kForeign; });
    const auto at = static_cast<std::size_t>(found - joined_.begin());
    line_ = std::prev(std::partition_point(starts_.begin(), starts_.end(), [at](const Start& start) {
              return start.at <= at;
            }))->line;
    const std::string shown = excerpt(std::string_view(joined_).substr(at, 1));
    if (std::isalpha(static_cast<unsigned char>(*found)) == 0) {
      fail("unexpected character '" + shown + "' in a sequence; expected nucleotides (A C G T U, N for unknown)");
    }
    fail("letter '" + shown +
         "' is no nucleotide code: this looks like a protein; expected DNA or RNA (N for unknown)");
  }

  /// Where a line begins within what is joined.
  struct Start {
    std::size_t at;
    std::uint64_t line;
  };

  std::string path_;
  FastaSink& sink_;
  std::string header_;
  std::string joined_;
  std::vector<Start> starts_;
  std::uint64_t line_ = 1;
  std::uint64_t records_ = 0;
  bool at_line_start_ = true;
  bool in_header_ = false;
  bool bases_seen_ = false;
};

void parse_file(const std::filesystem::path& path, int threads, FastaSink& sink) {
  TextFile file(path, "a FASTA file", threads);
  FastaParser parser(path.string(), sink);
  auto text = file.next();
  if (has_twobit_signature(text)) {
    throw DataError(path.string() +
                    ": .2bit is read from a plain file only, not from a pipe or compressed; save it as one and name "
                    "that file");
  }
  for (; !text.empty(); text = file.next()) parser.feed(text);
  parser.finish();
}

class BuilderSink : public FastaSink {
 public:
  explicit BuilderSink(GenomeBuilder& builder) : builder_(builder) {}
  void header(std::string name, std::string /*description*/) override { builder_.begin_contig(std::move(name)); }
  bool bases(std::string_view piece) override {
    builder_.append(piece);
    return builder_.foreign_letters() == 0;
  }

 private:
  GenomeBuilder& builder_;
};

class RecordSink : public FastaSink {
 public:
  explicit RecordSink(const std::function<void(FastaRecord)>& take) : take_(take) {}
  void header(std::string name, std::string description) override {
    pass_on();
    record_ = {std::move(name), {}, std::move(description)};
    open_ = true;
  }
  bool bases(std::string_view piece) override {
    std::string& bases = record_.bases;
    for (const char c : piece) {
      const std::uint8_t type = character_class(c);
      if (type == kForeign) return false;
      if (type == kBlank) continue;
      bases += type < 4 ? kBaseLetters[type] : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    }
    return true;
  }
  void pass_on() {
    if (open_) take_(std::move(record_));
    open_ = false;
  }

 private:
  const std::function<void(FastaRecord)>& take_;
  FastaRecord record_;
  bool open_ = false;  // a header was seen, the record is not passed on yet
};

}  // namespace

void append_fasta(GenomeBuilder& builder, const std::filesystem::path& path, int threads) {
  BuilderSink sink(builder);
  parse_file(path, threads, sink);
}

void for_each_fasta_record(const std::filesystem::path& path, const std::function<void(FastaRecord)>& take) {
  RecordSink sink(take);
  parse_file(path, 1, sink);
  sink.pass_on();
}

std::vector<FastaRecord> read_fasta_records(const std::filesystem::path& path) {
  std::vector<FastaRecord> records;
  for_each_fasta_record(path, [&](FastaRecord record) { records.push_back(std::move(record)); });
  return records;
}

}  // namespace cmgems::genome
