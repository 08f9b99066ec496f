// Rows of a table with a column of sequences, one at a time. Private to this layer.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "cmgems/genome/line_reader.h"

namespace cmgems::tasks {

/// Knows where it is for messages: every error is a DataError with file and line.
class TableReader {
 public:
  /// A plain, gzip or BGZF file. Reads the header, which decides between tabs and commas: a published .csv with tabs
  /// reads as well. Throws: InputNotFound, DataError (no column `sequence`; no column `label`, when one is needed).
  explicit TableReader(const std::filesystem::path& path, bool needs_label = true);

  /// The next row that is not blank; false at the end. Throws: DataError (it cannot be used).
  bool next();
  bool has_label() const { return label_ != kNone; }
  bool has_id() const { return id_ != kNone; }
  /// Of the current row: bases in upper case, U as T, k-mer blanks resolved.
  /// Throws: DataError.
  std::string sequence();
  /// REQUIRES: has_label().
  int label() const { return label_of(fields_[label_]); }
  /// REQUIRES: has_label().
  const std::string& label_text() const { return fields_[label_]; }
  /// REQUIRES: has_id().
  const std::string& id() const { return fields_[id_]; }

  /// The same without exceptions, which are slow where every row may be bad: problem() says what is wrong with the row.
  bool try_next();
  /// REQUIRES: no problem so far.
  std::string try_sequence() { return bases_of(fields_[sequence_]); }
  const std::string& problem() const { return problem_; }

  /// Of the current row, from 1.
  std::size_t line() const { return number_; }

  [[noreturn]] void fail(const std::string& what) const;

 private:
  static constexpr std::size_t kNone = ~std::size_t{0};
  bool next_line();
  std::size_t find(std::string_view name) const;
  std::size_t column(std::string_view name) const;
  void split();
  std::string take_plain(std::string_view& rest) const;
  std::string take_quoted(std::string_view& rest);
  int label_of(const std::string& field) const;
  std::string bases_of(const std::string& field);
  std::string joined(std::string_view words);
  std::string reject(std::string what);
  void require_no_problem() const;

  std::filesystem::path path_;
  genome::LineReader lines_;
  std::string line_;
  std::size_t number_ = 0;
  char delimiter_ = ',';
  std::string needed_;  // columns, for messages
  std::string problem_;
  std::vector<std::string> fields_;
  std::size_t columns_ = 0;
  std::size_t sequence_ = kNone, label_ = kNone, id_ = kNone;
};

}  // namespace cmgems::tasks
