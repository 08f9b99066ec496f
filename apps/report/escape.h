// Text that is not ours, made harmless: names of files, tasks, classes and settings may hold anything.
#pragma once

#include <string>

namespace cmgems::apps::report {

/// What XML cannot hold (control characters, bytes that are no UTF-8) becomes U+FFFD, as in all below.
std::string valid_text(const std::string& text);

/// For text and quoted attributes of XML and HTML.
std::string xml_escaped(const std::string& text);

/// For a line or a table's cell of GitHub's Markdown: no pipe, markup, HTML or line end is left.
std::string markdown_escaped(const std::string& text);

/// A field of RFC 4180. A text that a spreadsheet would take for a formula (=, +, -, @, a tab or a carriage return
/// first) gets an apostrophe before it; numbers are left alone.
std::string csv_field(const std::string& text);

}  // namespace cmgems::apps::report
