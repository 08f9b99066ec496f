#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "json_reader.h"

namespace cmgems::config {
namespace {

constexpr std::size_t kMaxDepth = 16;

struct Place {
  std::size_t line;
  std::size_t column;
};

/// Place of the last of `read` characters.
Place place_of(std::string_view text, std::size_t read) {
  const std::size_t end = std::min(read, text.size());
  const auto before = text.substr(0, end - std::min<std::size_t>(end, 1));
  const auto line_end = before.rfind('\n');
  return {1 + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')),
          1 + before.size() - (line_end == std::string_view::npos ? 0 : line_end + 1)};
}

/// Walks the events of the parser; the document itself is not built.
class SyntaxCheck final : public nlohmann::json::json_sax_t {
 public:
  explicit SyntaxCheck(std::string_view text) : text_(text) {}

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override { return enter(); }
  bool end_object() override { return leave(); }
  bool start_array(std::size_t) override { return enter(); }
  bool end_array() override { return leave(); }

  bool key(string_t& name) override {
    Level& level = levels_.back();
    level.key = name;
    if (!level.keys.insert(name).second) problems.push_back(path() + " is given twice");
    return true;
  }

  bool parse_error(std::size_t position, const std::string& token, const nlohmann::json::exception& error) override {
    const Place place = place_of(text_, position);
    std::string what = position > text_.size() ? "the document ends too early" : "unexpected text near '" + token + "'";
    if (error.id == 406) what = token + " is too large a number";
    problems.push_back("line " + std::to_string(place.line) + ", column " + std::to_string(place.column) + ": " + what +
                       "; expected JSON (is a comma, quote or bracket missing before it, or one too many?)");
    return false;
  }

  std::vector<std::string> problems;

 private:
  struct Level {
    std::set<std::string> keys;
    std::string key;
  };

  bool enter() {
    levels_.emplace_back();
    if (levels_.size() <= kMaxDepth) return true;
    problems.push_back("nested deeper than " + std::to_string(kMaxDepth) + " levels");
    return false;
  }

  bool leave() {
    levels_.pop_back();
    return true;
  }

  std::string path() const {
    std::string result;
    for (const auto& level : levels_) {
      if (!result.empty() && !level.key.empty()) result += '.';
      result += level.key;
    }
    return result;
  }

  std::string_view text_;
  std::vector<Level> levels_;
};

}  // namespace

std::vector<std::string> syntax_problems(std::string_view text) {
  SyntaxCheck check(text);
  nlohmann::json::sax_parse(text, &check);
  return check.problems;
}

}  // namespace cmgems::config
