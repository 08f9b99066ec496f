#include "escape.h"

#include <cctype>
#include <cstdlib>
#include <string_view>

namespace cmgems::apps::report {
namespace {

constexpr const char* kReplacement = "\xEF\xBF\xBD";

/// Bytes of the character of UTF-8 at the beginning of `text`; 0 when it is none, or none that XML may hold.
/// Source: Unicode 15, table 3-7; XML 1.0, production 2.
std::size_t character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return first >= 0x20 ? (first != 0x7F) : first == '\t' || first == '\n' || first == '\r';
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  const bool overlong = (first == 0xE0 && byte(1) < 0xA0) || (first == 0xF0 && byte(1) < 0x90);
  const bool outside = (first == 0xED && byte(1) > 0x9F) || (first == 0xF4 && byte(1) > 0x8F);
  const bool no_character = text.starts_with("\xEF\xBF\xBE") || text.starts_with("\xEF\xBF\xBF");
  return overlong || outside || no_character ? 0 : length;
}

bool is_letter(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

bool is_number(const std::string& text) {
  if (text.find_first_not_of("0123456789+-.eE") != std::string::npos) return false;
  char* end = nullptr;
  std::strtod(text.c_str(), &end);
  return !text.empty() && *end == '\0';
}

}  // namespace

std::string valid_text(const std::string& text) {
  std::string result;
  for (std::string_view rest = text; !rest.empty();) {
    const auto length = character(rest);
    result += length > 0 ? rest.substr(0, length) : std::string_view(kReplacement);
    rest.remove_prefix(length > 0 ? length : 1);
  }
  return result;
}

std::string xml_escaped(const std::string& text) {
  std::string result;
  for (const char c : valid_text(text)) {
    result += c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '&' ? "&amp;" : c == '"' ? "&quot;" : std::string(1, c);
  }
  return result;
}

std::string markdown_escaped(const std::string& text) {
  const auto valid = valid_text(text);
  std::string result;
  for (std::size_t i = 0; i < valid.size(); ++i) {
    const char c = valid[i];
    // within a word an underscore is itself
    const bool within = i > 0 && i + 1 < valid.size() && is_letter(valid[i - 1]) && is_letter(valid[i + 1]);
    if (std::string_view("\\`*[]|#~!").find(c) != std::string_view::npos || (c == '_' && !within)) result += '\\';
    const bool line_end = c == '\n' || c == '\r';
    result += c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '&' ? "&amp;" : std::string(1, line_end ? ' ' : c);
  }
  return result;
}

std::string csv_field(const std::string& text) {
  std::string clean = valid_text(text);
  if (!clean.empty() && std::string_view("=+-@\t\r").find(clean[0]) != std::string_view::npos && !is_number(clean)) {
    clean.insert(0, "'");
  }
  if (clean.find_first_of(",\"\r\n") == std::string::npos) return clean;
  std::string quoted = "\"";
  for (const char c : clean) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

}  // namespace cmgems::apps::report
