#include <cstdio>

#include "document.h"
#include "escape.h"

namespace cmgems::apps::report {
namespace {

/// The shortest text that reads back as the same number.
std::string whole_number(double value) {
  char text[32];
  for (int digits = 6; digits <= 17; ++digits) {
    std::snprintf(text, sizeof text, "%.*g", digits, value);
    if (std::stod(text) == value) break;
  }
  return text;
}

std::string line_of(const std::string& section, const std::string& table, std::size_t row, const std::string& column,
                    const std::string& value) {
  return csv_field(section) + "," + csv_field(table) + "," + std::to_string(row) + "," + csv_field(column) + "," +
         csv_field(value) + "\r\n";
}

std::string lines_of(const Section& section, const Table& table) {
  std::string text;
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    for (std::size_t j = 0; j < table.columns.size(); ++j) {
      const auto& cell = table.rows[i][j];
      const auto value = cell.number ? whole_number(*cell.number) : cell.text;
      text += line_of(section.title, table.title, i + 1, table.columns[j], value);
      for (const auto& [name, number] : cell.parts) {
        text += line_of(section.title, table.title, i + 1, table.columns[j] + " " + name, whole_number(number));
      }
    }
  }
  return text;
}

}  // namespace

std::string to_csv(const Document& document) {
  std::string text = "section,table,row,column,value\r\n";
  for (const auto& section : document.sections) {
    for (const auto& block : section.blocks) {
      if (const auto* table = std::get_if<Table>(&block)) text += lines_of(section, *table);
      const auto* list = std::get_if<List>(&block);
      for (std::size_t i = 0; list != nullptr && i < list->entries.size(); ++i) {
        text += line_of(section.title, section.title, i + 1, "note", list->entries[i]);
      }
    }
  }
  return text;
}

}  // namespace cmgems::apps::report
