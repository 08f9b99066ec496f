#include "cmgems/tasks/labelled_table.h"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <unordered_set>

#include "cmgems/base/atomic_file.h"
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

/// Reads a table line by line; knows where it is for messages.
class TableReader {
 public:
  explicit TableReader(const std::filesystem::path& path) : path_(path), text_(read_file(path)), rest_(text_) {
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    if (rest_.starts_with(kByteOrderMark)) rest_.remove_prefix(kByteOrderMark.size());
  }

  LabelledTable read() {
    read_header();
    LabelledTable table{path_, {}};
    while (next_line()) {
      if (trimmed(line_).empty()) continue;
      split();
      if (fields_.size() != columns_) {
        fail("expected " + std::to_string(columns_) + " columns as in the header, found " +
             std::to_string(fields_.size()));
      }
      table.examples.push_back({bases_of(fields_[sequence_]), label_of(fields_[label_])});
    }
    if (table.examples.empty()) fail("no rows after the header");
    return table;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw DataError(path_.string() + " line " + std::to_string(number_) + ": " + what);
  }

  bool next_line() {
    if (rest_.empty()) return false;
    ++number_;
    const auto end = std::min(rest_.find('\n'), rest_.size());
    line_ = rest_.substr(0, end);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    if (line_.ends_with('\r')) line_.remove_suffix(1);
    return true;
  }

  /// The header decides between tabs and commas: a published .csv with tabs reads as well.
  void read_header() {
    if (!next_line()) {
      throw DataError(path_.string() + ": the file is empty, expected a header with the columns sequence and label");
    }
    delimiter_ = line_.find('\t') != std::string_view::npos ? '\t' : ',';
    split();
    columns_ = fields_.size();
    sequence_ = column("sequence");
    label_ = column("label");
  }

  std::size_t column(std::string_view name) const {
    const auto same = [name](const std::string& field) {
      return std::equal(field.begin(), field.end(), name.begin(), name.end(),
                        [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; });
    };
    const auto found = std::find_if(fields_.begin(), fields_.end(), same);
    if (found == fields_.end()) {
      fail("no column '" + std::string(name) +
           "'; the first line must be a header with the columns sequence and label");
    }
    return static_cast<std::size_t>(found - fields_.begin());
  }

  void split() {
    fields_.clear();
    std::string_view rest = line_;
    for (bool more = true; more;) {
      const auto first = rest.find_first_not_of(kBlanks);
      const bool quoted = first != std::string_view::npos && rest[first] == '"';
      if (quoted) rest.remove_prefix(first + 1);
      fields_.push_back(quoted ? take_quoted(rest) : take_plain(rest));
      more = !rest.empty();
      if (more) rest.remove_prefix(1);
    }
  }

  /// The field up to the delimiter, on which `rest` then stands (it is empty at the end of the line).
  std::string take_plain(std::string_view& rest) const {
    const auto end = std::min(rest.find(delimiter_), rest.size());
    std::string field(trimmed(rest.substr(0, end)));
    rest.remove_prefix(end);
    return field;
  }

  /// The same for a field whose opening quote is consumed; two quotes inside stand for one.
  std::string take_quoted(std::string_view& rest) const {
    std::string field;
    for (;;) {
      const auto quote = rest.find('"');
      if (quote == std::string_view::npos) fail("a double quote is not closed on its line");
      field += rest.substr(0, quote);
      rest.remove_prefix(quote + 1);
      if (!rest.starts_with('"')) break;
      field += '"';
      rest.remove_prefix(1);
    }
    if (!take_plain(rest).empty()) fail("text follows a closing double quote");
    return std::string(trimmed(field));
  }

  int label_of(const std::string& field) const {
    int label = -1;
    const char* end = field.data() + field.size();
    const auto [rest, error] = std::from_chars(field.data(), end, label);
    if (error != std::errc{} || rest != end || label < 0 || label > kMaximumLabel) {
      fail("label '" + field + "' is not a whole number from 0 to " + std::to_string(kMaximumLabel));
    }
    return label;
  }

  std::string bases_of(const std::string& field) const {
    if (field.empty()) fail("the sequence is empty");
    std::string bases = field;
    for (char& base : bases) {
      if (base == ' ') continue;
      const char letter = nucleotide(base);
      if (letter == 0) fail(std::string("'") + base + "' in the sequence is not a nucleotide code (ACGTUN or IUPAC)");
      base = letter;
    }
    return bases.find(' ') == std::string::npos ? bases : joined(bases);
  }

  /// Bases of overlapping k-mers: the first word and the last base of each further one.
  std::string joined(std::string_view words) const {
    const auto k = words.find(' ');
    if (k < 2)
      fail("blanks in the sequence, but its first word is no k-mer: expected overlapping k-mers or plain bases");
    std::string bases(words.substr(0, k));
    for (auto begin = words.find_first_not_of(' ', k); begin != std::string_view::npos;) {
      const auto end = std::min(words.find(' ', begin), words.size());
      const auto word = words.substr(begin, end - begin);
      if (word.size() != k || !bases.ends_with(word.substr(0, k - 1))) {
        fail("word '" + std::string(word) + "' does not overlap the k-mer before it, '" +
             bases.substr(bases.size() - k) + "', by " + std::to_string(k - 1) + " bases");
      }
      bases += word.back();
      begin = words.find_first_not_of(' ', end);
    }
    return bases;
  }

  std::filesystem::path path_;
  std::string text_;
  std::string_view rest_;
  std::string_view line_;
  std::size_t number_ = 0;
  char delimiter_ = ',';
  std::vector<std::string> fields_;
  std::size_t columns_ = 0;
  std::size_t sequence_ = 0;
  std::size_t label_ = 0;
};

}  // namespace

int LabelledTable::classes() const {
  int highest = -1;
  for (const auto& example : examples) highest = std::max(highest, example.label);
  return highest + 1;
}

LabelledTable read_labelled_table(const std::filesystem::path& path) { return TableReader(path).read(); }

std::size_t shared_rows(const LabelledTable& pool, const LabelledTable& test) {
  std::unordered_set<std::string_view> sequences;
  for (const auto& example : pool.examples) sequences.insert(example.sequence);
  const auto shared = [&](const Example& example) { return sequences.contains(example.sequence); };
  return static_cast<std::size_t>(std::count_if(test.examples.begin(), test.examples.end(), shared));
}

}  // namespace cmgems::tasks
