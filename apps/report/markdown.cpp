#include "document.h"
#include "escape.h"

namespace cmgems::apps::report {
namespace {

std::string row_of(const std::vector<std::string>& cells) {
  std::string text = "|";
  for (const auto& cell : cells) text += " " + cell + " |";
  return text + "\n";
}

std::string markdown_of(const Table& table) {
  std::vector<std::string> titles, rules;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    titles.push_back(markdown_escaped(table.columns[i]));
    bool number = false;
    for (const auto& row : table.rows) number = number || row[i].number.has_value();
    rules.emplace_back(number ? "---:" : "---");
  }
  std::string text = "### " + markdown_escaped(table.title) + "\n\n" + row_of(titles) + row_of(rules);
  for (const auto& row : table.rows) {
    std::vector<std::string> cells;
    for (const auto& cell : row) cells.push_back(markdown_escaped(cell.text));
    text += row_of(cells);
  }
  return text + (table.note.empty() ? "" : "\n" + markdown_escaped(table.note) + "\n");
}

std::string markdown_of(const Figure& figure) {
  return "*" + markdown_escaped(figure.title) + "*: " + markdown_escaped(figure.alternative) + "\n" +
         (figure.note.empty() ? "" : "\n" + markdown_escaped(figure.note) + "\n");
}

std::string markdown_of(const Text& text) { return markdown_escaped(text.text) + "\n"; }

std::string markdown_of(const List& list) {
  std::string text;
  for (const auto& entry : list.entries) text += "- " + markdown_escaped(entry) + "\n";
  return text;
}

/// Indented, since a fence would end at a fence in the command.
std::string markdown_of(const Command& command) {
  std::string text = "    ";
  for (const char c : valid_text(command.text)) text += c == '\n' ? "\n    " : std::string(1, c);
  return text + "\n";
}

}  // namespace

std::string to_markdown(const Document& document) {
  std::string text = "# " + markdown_escaped(document.title) + "\n\n";
  if (!document.subtitle.empty()) text += markdown_escaped(document.subtitle) + "\n\n";
  for (const auto& one : document.headlines) {
    text += "- " + markdown_escaped(one.label) + ": **" + markdown_escaped(one.value) + "** (" +
            markdown_escaped(one.detail) + ")\n";
  }
  for (const auto& section : document.sections) {
    text += "\n## " + markdown_escaped(section.title) + "\n";
    for (const auto& block : section.blocks) {
      text += "\n" + std::visit([](const auto& one) { return markdown_of(one); }, block);
    }
  }
  return text;
}

}  // namespace cmgems::apps::report
