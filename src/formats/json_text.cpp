#include "json_text.h"

#include <set>
#include <vector>

#include "cmgems/base/error.h"

namespace cmgems::formats {
namespace {

constexpr int kMaximumDepth = 8;

/// "[json.exception.parse_error.101] parse error at line 1 ..." without its bracket.
std::string reason_of(const std::exception& error) {
  const std::string_view text = error.what();
  const auto end = text.find("] ");
  return std::string(end == std::string_view::npos ? text : text.substr(end + 2));
}

/// The parser keeps the last of two equal names without a word; here the second one is an error.
class Inspector {
 public:
  Inspector(const std::filesystem::path& path, const std::string& what) : where_(path.string() + ": the " + what) {}

  bool operator()(int depth, nlohmann::json::parse_event_t event, const nlohmann::json& parsed) {
    using Event = nlohmann::json::parse_event_t;
    if (depth > kMaximumDepth) throw DataError(where_ + " is nested too deeply");
    if (event == Event::object_start) names_.emplace_back();
    if (event == Event::object_end) names_.pop_back();
    if (event == Event::key && !names_.back().insert(parsed.get<std::string>()).second) {
      throw DataError(where_ + " holds the name '" + parsed.get<std::string>() + "' twice; write the file again");
    }
    return true;
  }

 private:
  std::string where_;
  std::vector<std::set<std::string>> names_;
};

}  // namespace

nlohmann::json parse_json_object(std::string_view text, const std::filesystem::path& path, const std::string& what) {
  Inspector inspector(path, what);
  nlohmann::json document;
  try {
    document = nlohmann::json::parse(text, std::ref(inspector));
  } catch (const nlohmann::json::exception& error) {
    throw DataError(path.string() + ": the " + what + " is not valid JSON (" + reason_of(error) + ")");
  }
  if (!document.is_object()) throw DataError(path.string() + ": the " + what + " is not a JSON object");
  return document;
}

}  // namespace cmgems::formats
