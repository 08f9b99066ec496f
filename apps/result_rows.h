// A result of any length, row by row: a table with a header line on standard output or in a file, or with --json the
// array "rows" of one document, whose objects have the columns as keys.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cmgems/base/atomic_file.h"

namespace cmgems::apps {

class ResultRows {
 public:
  using Json = nlohmann::ordered_json;
  /// `out` empty: standard output. With a file the rows are a table there, and --json prints the document without them.
  /// Throws: IoError; DataError (two columns of one name).
  ResultRows(std::string out, bool json, std::vector<std::string> columns);
  /// What the document says before its rows. REQUIRES: no row was added yet.
  void set_head(Json head) { head_ = std::move(head); }
  /// Whether the rows become a table, not the array of a document.
  bool is_table() const { return !json_rows_; }
  /// One value a column: text, a number (see rounded), or null for an empty cell. Nothing is written before the first
  /// row.
  void add(const std::vector<Json>& row);
  /// Writes what is left; `tail` ends the document. A file appears now. Throws: IoError.
  void finish(const Json& tail);

 private:
  void write(const std::string& text);
  void begin();
  std::unique_ptr<AtomicFile> file_;
  bool json_rows_, json_;
  std::vector<std::string> columns_;
  Json head_ = Json::object();
  bool begun_ = false;
  bool first_ = true;
};

/// The shortest decimal number that gives the same single-precision one; a larger one as it is; null when it is not
/// finite.
ResultRows::Json rounded(double value);

}  // namespace cmgems::apps
