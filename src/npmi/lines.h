// Lines of a table in text with their numbers; every complaint names file and line.
#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "cmgems/base/error.h"
#include "cmgems/kmer/vocabulary.h"

namespace cmgems::npmi {

/// A piece of the file in quotes, short enough for a message.
inline std::string in_quotes(std::string_view text) {
  std::string result = "'";
  result += text.substr(0, 40);
  result += '\'';
  return result;
}

class Lines {
 public:
  Lines(std::string name, std::string_view text) : name_(std::move(name)), text_(text) {}

  /// Throws: DataError when there is none left; `expected` says what it should have been.
  std::string_view next(const std::string& expected) {
    ++number_;
    if (text_.empty()) fail("the file ends here; expected " + expected);
    const auto end = text_.find('\n');
    if (end == std::string_view::npos) fail("the line does not end: the file is cut off; copy or build it again");
    std::string_view line = text_.substr(0, end);
    text_.remove_prefix(end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
  }

  /// The value of a header line `#key value`.
  std::string_view value(std::string_view key) {
    std::string start("#");
    start.append(key) += ' ';
    const std::string expected = in_quotes(start + "...");
    const auto line = next(expected);
    if (!line.starts_with(start)) fail("expected " + expected);
    return line.substr(start.size());
  }

  void expect(std::string_view line, const std::string& remedy) {
    if (next(in_quotes(line)) != line) fail("expected " + in_quotes(line) + remedy);
  }

  void expect_end() {
    if (text_.empty()) return;
    ++number_;
    fail("more lines than k-mers; expected the end of the file");
  }

  /// Throws: DataError unless the whole text is a number in [low, high].
  template <class Number>
  Number parse(std::string_view text, std::string_view what, Number low, Number high) const {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = error == std::errc{} && end == text.data() + text.size();
    if (!whole || !(value >= low && value <= high)) {
      fail(in_quotes(text) + " is no valid " + std::string(what));
    }
    return value;
  }

  /// Bytes behind the line last read.
  std::size_t left() const { return text_.size(); }

  /// Line last read, from 1.
  std::size_t number() const { return number_; }

  [[noreturn]] void fail(const std::string& what) const {
    throw DataError(name_ + ": line " + std::to_string(number_) + ": " + what);
  }

 private:
  std::string name_;
  std::string_view text_;
  std::size_t number_ = 0;
};

/// Adds the count of the line last read to a total, from which probabilities are made; 2 N must fit 64 bits, too.
inline void add_count(const Lines& lines, std::uint64_t count, std::uint64_t& total) {
  constexpr std::uint64_t most = std::uint64_t{1} << 62;
  if (count > most - total) lines.fail("the counts up to here add up to more than any genome has");
  total += count;
}

/// Index of the k-mer that a row is about. `line_of` holds the line of every k-mer seen so far, 0 for none.
inline std::size_t place_of_kmer(const Lines& lines, int k, std::string_view cell, std::vector<std::size_t>& line_of) {
  const auto number = cell.size() == static_cast<std::size_t>(k) ? kmer::kmer_index(cell) : std::nullopt;
  if (!number) lines.fail(in_quotes(cell) + " is no " + std::to_string(k) + "-mer of A, C, G, T");
  const std::size_t index = *number;
  if (line_of[index] != 0) {
    lines.fail("k-mer " + std::string(cell) + " is already on line " + std::to_string(line_of[index]));
  }
  line_of[index] = lines.number();
  return index;
}

}  // namespace cmgems::npmi
