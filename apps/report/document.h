// What a report says before it is a page: sections of sentences, tables and pictures, which three writers put down.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace cmgems::apps::report {

/// What people read, and the number behind it where there is one.
struct Cell {
  std::string text;
  std::optional<double> number{};
  std::vector<std::pair<std::string, double>> parts{};  // further numbers of the text by name: deviation, low, high
};

/// A number with so many decimals; NaN is a dash without a number.
Cell number_cell(double value, int digits);
/// 1234567 -> 1,234,567.
Cell count_cell(double value);
/// 0.153 -> 15.3%, and 0.153 as the number.
Cell share_cell(double value, int digits = 1);

struct Text {
  std::string text;
};
struct List {
  std::vector<std::string> entries;
};
/// A command to be typed.
struct Command {
  std::string text;
};
struct Table {
  std::string title;
  std::vector<std::string> columns;
  std::vector<std::vector<Cell>> rows;  // as many cells as columns each
  std::string note{};                   // below it
  bool folded = false;                  // of interest to few: a page shows its title only, until asked
};
/// An SVG picture in two widths, for screens and for telephones.
struct Figure {
  std::string title;
  std::string alternative;  // in words, for who cannot see it
  std::string wide, narrow;
  std::string note{};
};
using Block = std::variant<Text, List, Command, Table, Figure>;

inline constexpr double kWide = 760, kNarrow = 350;  // pixels

/// Draws both widths.
Figure figure(std::string title, std::string alternative, const std::function<std::string(double width)>& draw,
              std::string note = {});

struct Section {
  std::string id, title;
  std::vector<Block> blocks;
};

/// A figure of the whole at a glance.
struct Headline {
  std::string label, value, detail;
};

struct Document {
  std::string title, subtitle;
  std::vector<Headline> headlines;
  std::vector<Section> sections;
};

/// One self-contained page, HTML that is well-formed XML too; nothing in it is fetched from elsewhere.
std::string to_html(const Document& document);
/// GitHub's Markdown; pictures are given by their words.
std::string to_markdown(const Document& document);
/// RFC 4180, one value a line: section, table, row, column, value. Numbers are whole; further numbers of a cell are
/// columns of their own, as "accuracy deviation"; texts that a spreadsheet would take for a formula begin with an
/// apostrophe.
std::string to_csv(const Document& document);

}  // namespace cmgems::apps::report
