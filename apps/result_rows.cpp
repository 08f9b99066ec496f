#include "result_rows.h"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <set>

#include "cmgems/base/error.h"

namespace cmgems::apps {
namespace {

using Json = ResultRows::Json;
constexpr auto kReplace = Json::error_handler_t::replace;

/// A cell of a table: no tab or line end may come from inside.
std::string cell_text(const Json& value) {
  if (value.is_null()) return "";
  std::string text = value.is_string() ? value.get<std::string>() : value.dump();
  for (char& c : text) c = c == '\t' || c == '\n' || c == '\r' ? ' ' : c;
  return text;
}

/// The members of an object as they stand between its braces, indented; empty for none.
std::string members(const Json& object) {
  if (object.empty()) return "";
  const auto text = object.dump(2, ' ', false, kReplace);
  return text.substr(2, text.size() - 4);
}

}  // namespace

ResultRows::ResultRows(std::string out, bool json, std::vector<std::string> columns)
    : json_rows_(json && out.empty()), json_(json), columns_(std::move(columns)) {
  std::set<std::string> known;
  for (const auto& column : columns_) {
    if (known.insert(column).second) continue;
    throw DataError("two columns of the result are called '" + column +
                    "': give each class a name of its own (id2label in the model's config.json)");
  }
  if (!out.empty()) file_ = std::make_unique<AtomicFile>(out);
}

void ResultRows::add(const std::vector<Json>& row) {
  begin();
  std::string text;
  if (json_rows_) {
    Json object;
    for (std::size_t i = 0; i < columns_.size(); ++i) object[columns_[i]] = row[i];
    text = (first_ ? "\n    " : ",\n    ") + object.dump(-1, ' ', false, kReplace);
  } else {
    for (std::size_t i = 0; i < row.size(); ++i) text += (i == 0 ? "" : "\t") + cell_text(row[i]);
    text += '\n';
  }
  first_ = false;
  write(text);
}

void ResultRows::finish(const Json& tail) {
  begin();
  if (json_rows_) {
    write(std::string(first_ ? "]" : "\n  ]") + (tail.empty() ? "" : ",\n" + members(tail)) + "\n}\n");
  } else if (json_) {
    Json document = head_;
    document.update(tail);
    std::cout << document.dump(2, ' ', false, kReplace) << "\n";
  }
  if (file_) file_->commit();
}

void ResultRows::write(const std::string& text) {
  if (file_) {
    file_->append(text);
  } else {
    std::cout << text;
  }
}

void ResultRows::begin() {
  if (begun_) return;
  begun_ = true;
  if (json_rows_) return write("{\n" + members(head_) + (head_.empty() ? "" : ",\n") + "  \"rows\": [");
  std::string header;
  for (const auto& column : columns_) header += (header.empty() ? "" : "\t") + cell_text(column);
  write(header + "\n");
}

Json rounded(double value) {
  if (!std::isfinite(value)) return nullptr;
  const auto single = static_cast<float>(value);
  if (!std::isfinite(single)) return value;
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text - 1, single).ptr;
  *end = '\0';
  return std::strtod(text, nullptr);
}

}  // namespace cmgems::apps
