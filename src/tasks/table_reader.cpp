#include "table_reader.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "cmgems/base/error.h"
#include "cmgems/genome/genome.h"

namespace cmgems::tasks {
namespace {

/// More classes than this are a column of something else.
constexpr int kMaximumLabel = 9999;
constexpr std::string_view kBlanks = " ";

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

/// A plain base in upper case with U as T, or 0 when the letter is no IUPAC nucleotide code.
char nucleotide(char letter) {
  if (const auto code = genome::base_code(letter); code != genome::kNotABase) return genome::kBaseLetters[code];
  constexpr std::string_view kAmbiguous = "NRYSWKMBDHV", kSoftMasked = "nryswkmbdhv";
  if (const auto at = kSoftMasked.find(letter); at != std::string_view::npos) return kAmbiguous[at];
  return kAmbiguous.find(letter) != std::string_view::npos ? letter : '\0';
}

const std::filesystem::path& require_table(const std::filesystem::path& path) {
  if (!std::filesystem::exists(path)) throw InputNotFound("no such file: " + path.string());
  if (std::filesystem::is_directory(path)) throw InputNotFound(path.string() + " is a folder, a file was expected");
  return path;
}

}  // namespace

TableReader::TableReader(const std::filesystem::path& path, bool needs_label)
    : path_(path),
      lines_(require_table(path), "a table"),
      needed_(needs_label ? "columns sequence and label" : "column sequence (and id and label, if you like)") {
  if (!next_line()) throw DataError(path_.string() + ": the file is empty, expected a header with the " + needed_);
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (line_.starts_with(kByteOrderMark)) line_.erase(0, kByteOrderMark.size());
  delimiter_ = line_.find('\t') != std::string::npos ? '\t' : ',';
  split();
  require_no_problem();
  columns_ = fields_.size();
  sequence_ = column("sequence");
  label_ = needs_label ? column("label") : find("label");
  id_ = find("id");
}

bool TableReader::next() {
  const bool there = try_next();
  require_no_problem();
  return there;
}

bool TableReader::try_next() {
  problem_.clear();
  while (next_line()) {
    if (trimmed(line_).empty()) continue;
    split();
    if (problem_.empty() && fields_.size() != columns_) {
      reject("expected " + std::to_string(columns_) + " columns as in the header, found " +
             std::to_string(fields_.size()));
    }
    return true;
  }
  return false;
}

std::string TableReader::sequence() {
  auto bases = try_sequence();
  require_no_problem();
  return bases;
}

/// Keeps a problem of the current row. -> nothing, which stands for what could not be read
std::string TableReader::reject(std::string what) {
  problem_ = std::move(what);
  return {};
}

void TableReader::require_no_problem() const {
  if (!problem_.empty()) fail(problem_);
}

void TableReader::fail(const std::string& what) const {
  throw DataError(path_.string() + " line " + std::to_string(number_) + ": " + what);
}

bool TableReader::next_line() {
  if (!lines_.next(line_)) return false;
  ++number_;
  return true;
}

/// The column of a name in any case, or kNone.
std::size_t TableReader::find(std::string_view name) const {
  const auto same = [name](const std::string& field) {
    return std::equal(field.begin(), field.end(), name.begin(), name.end(),
                      [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; });
  };
  const auto found = std::find_if(fields_.begin(), fields_.end(), same);
  return found == fields_.end() ? kNone : static_cast<std::size_t>(found - fields_.begin());
}

std::size_t TableReader::column(std::string_view name) const {
  const auto found = find(name);
  if (found == kNone) {
    fail("no column '" + std::string(name) + "'; the first line must be a header with the " + needed_);
  }
  return found;
}

void TableReader::split() {
  fields_.clear();
  std::string_view rest = line_;
  for (bool more = true; more && problem_.empty();) {
    const auto first = rest.find_first_not_of(kBlanks);
    const bool quoted = first != std::string_view::npos && rest[first] == '"';
    if (quoted) rest.remove_prefix(first + 1);
    fields_.push_back(quoted ? take_quoted(rest) : take_plain(rest));
    more = !rest.empty();
    if (more) rest.remove_prefix(1);
  }
}

/// The field up to the delimiter, on which `rest` then stands (it is empty at the end of the line).
std::string TableReader::take_plain(std::string_view& rest) const {
  const auto end = std::min(rest.find(delimiter_), rest.size());
  std::string field(trimmed(rest.substr(0, end)));
  rest.remove_prefix(end);
  return field;
}

/// The same for a field whose opening quote is consumed; two quotes inside stand for one.
std::string TableReader::take_quoted(std::string_view& rest) {
  std::string field;
  for (;;) {
    const auto quote = rest.find('"');
    if (quote == std::string_view::npos) return reject("a double quote is not closed on its line");
    field += rest.substr(0, quote);
    rest.remove_prefix(quote + 1);
    if (!rest.starts_with('"')) break;
    field += '"';
    rest.remove_prefix(1);
  }
  if (!take_plain(rest).empty()) return reject("text follows a closing double quote");
  return std::string(trimmed(field));
}

int TableReader::label_of(const std::string& field) const {
  int label = -1;
  const char* end = field.data() + field.size();
  const auto [rest, error] = std::from_chars(field.data(), end, label);
  if (error != std::errc{} || rest != end || label < 0 || label > kMaximumLabel) {
    fail("label '" + field + "' is not a whole number from 0 to " + std::to_string(kMaximumLabel));
  }
  return label;
}

std::string TableReader::bases_of(const std::string& field) {
  if (field.empty()) return reject("the sequence is empty");
  std::string bases = field;
  for (char& base : bases) {
    if (base == ' ') continue;
    const char letter = nucleotide(base);
    if (letter == 0) {
      return reject(std::string("'") + base + "' in the sequence is not a nucleotide code (ACGTUN or IUPAC)");
    }
    base = letter;
  }
  return bases.find(' ') == std::string::npos ? bases : joined(bases);
}

/// Bases of overlapping k-mers: the first word and the last base of each further one.
std::string TableReader::joined(std::string_view words) {
  const auto k = words.find(' ');
  if (k < 2) {
    return reject("blanks in the sequence, but its first word is no k-mer: expected overlapping k-mers or plain bases");
  }
  std::string bases(words.substr(0, k));
  for (auto begin = words.find_first_not_of(' ', k); begin != std::string_view::npos;) {
    const auto end = std::min(words.find(' ', begin), words.size());
    const auto word = words.substr(begin, end - begin);
    if (word.size() != k || !bases.ends_with(word.substr(0, k - 1))) {
      return reject("word '" + std::string(word) + "' does not overlap the k-mer before it, '" +
                    bases.substr(bases.size() - k) + "', by " + std::to_string(k - 1) + " bases");
    }
    bases += word.back();
    begin = words.find_first_not_of(' ', end);
  }
  return bases;
}

}  // namespace cmgems::tasks
