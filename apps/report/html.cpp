// The page. Well-formed as XML, too, so that any parser can check it.
#include "document.h"
#include "escape.h"
#include "style.h"

namespace cmgems::apps::report {
namespace {

std::string element(const std::string& name, const std::string& text) {
  return "<" + name + ">" + xml_escaped(text) + "</" + name + ">\n";
}

constexpr std::size_t kShort = 34;  // letters that stay on one line

/// The class attribute of each column: numbers stand to the right, short texts are not broken.
std::vector<std::string> looks_of(const Table& table) {
  std::vector<std::string> looks;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    bool number = false, brief = true;
    for (const auto& row : table.rows) {
      number = number || row[i].number.has_value();
      brief = brief && row[i].text.size() <= kShort;
    }
    const std::string look =
        std::string(number ? "number" : "") + (number && brief ? " " : "") + (brief ? "short" : "");
    looks.push_back(look.empty() ? "" : " class=\"" + look + "\"");
  }
  return looks;
}

std::string head_row(const Table& table, const std::vector<std::string>& looks) {
  std::string row = "<thead><tr>";
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    row += "<th scope=\"col\"" + looks[i] + ">" + xml_escaped(table.columns[i]) + "</th>";
  }
  return row + "</tr></thead>\n";
}

/// The first cell names the row.
std::string body_row(const std::vector<Cell>& cells, const std::vector<std::string>& looks) {
  std::string row = "<tr>";
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const bool name = i == 0;
    row +=
        (name ? "<th scope=\"row\"" : "<td") + looks[i] + ">" + xml_escaped(cells[i].text) + (name ? "</th>" : "</td>");
  }
  return row + "</tr>\n";
}

std::string html_of(const Table& table) {
  const auto looks = looks_of(table);
  std::string text = table.folded ? "<details>\n" + element("summary", table.title) : element("h3", table.title);
  // to be reached by keyboard where it has to be scrolled
  text += "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"" + xml_escaped(table.title) + "\">\n";
  text += "<table>\n" + head_row(table, looks) + "<tbody>\n";
  for (const auto& row : table.rows) text += body_row(row, looks);
  text += "</tbody>\n</table>\n</div>\n";
  if (!table.note.empty()) text += "<p class=\"note\">" + xml_escaped(table.note) + "</p>\n";
  return table.folded ? text + "</details>\n" : text;
}

std::string html_of(const Figure& figure) {
  std::string text = "<figure>\n" + element("figcaption", figure.title);
  text += "<div class=\"wide\">" + figure.wide + "</div>\n<div class=\"narrow\">" + figure.narrow + "</div>\n";
  if (!figure.note.empty()) text += "<p class=\"note\">" + xml_escaped(figure.note) + "</p>\n";
  return text + "</figure>\n";
}

std::string html_of(const Text& text) { return element("p", text.text); }

std::string html_of(const List& list) {
  std::string text = "<ul>\n";
  for (const auto& entry : list.entries) text += element("li", entry);
  return text + "</ul>\n";
}

std::string html_of(const Command& command) { return "<pre><code>" + xml_escaped(command.text) + "</code></pre>\n"; }

std::string html_of(const Section& section) {
  std::string text = "<section id=\"" + xml_escaped(section.id) + "\">\n" + element("h2", section.title);
  for (const auto& block : section.blocks) {
    text += std::visit([](const auto& one) { return html_of(one); }, block);
  }
  return text + "</section>\n";
}

std::string span(const std::string& look, const std::string& text) {
  return "<span class=\"" + look + "\">" + xml_escaped(text) + "</span>";
}

std::string headlines(const Document& document) {
  if (document.headlines.empty()) return "";
  std::string text = "<ul class=\"headlines\">\n";
  for (const auto& one : document.headlines) {
    text += "<li>" + span("what", one.label) + " " + span("value", one.value) + " " + span("detail", one.detail) +
            "</li>\n";
  }
  return text + "</ul>\n";
}

std::string contents(const Document& document) {
  std::string text = "<nav aria-label=\"Contents\"><ul>\n";
  for (const auto& section : document.sections) {
    text += "<li><a href=\"#" + xml_escaped(section.id) + "\">" + xml_escaped(section.title) + "</a></li>\n";
  }
  return text + "</ul></nav>\n";
}

}  // namespace

std::string to_html(const Document& document) {
  std::string page =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n";
  page += element("title", document.title) + "<style>" + kStyle + "</style>\n</head>\n<body>\n<header>\n";
  page += element("h1", document.title) + "<p class=\"soft\">" + xml_escaped(document.subtitle) + "</p>\n";
  page += contents(document) + headlines(document) + "</header>\n<main>\n";
  for (const auto& section : document.sections) page += html_of(section);
  return page + "</main>\n<footer>Made by cmgems report.</footer>\n</body>\n</html>\n";
}

}  // namespace cmgems::apps::report
