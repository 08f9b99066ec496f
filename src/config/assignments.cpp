#include <nlohmann/json.hpp>

#include "json_reader.h"

namespace cmgems::config {
namespace {

using nlohmann::json;

/// JSON when it is JSON, else a bare string: 1e-3, true, null, "x", x.
json value_of(const std::string& text) {
  json value = json::parse(text, nullptr, false);
  return value.is_discarded() ? json(text) : value;
}

std::vector<std::string> keys_of(const std::string& path) {
  std::vector<std::string> keys;
  std::size_t begin = 0;
  for (auto dot = path.find('.'); dot != std::string::npos; begin = dot + 1, dot = path.find('.', begin)) {
    keys.push_back(path.substr(begin, dot - begin));
  }
  keys.push_back(path.substr(begin));
  return keys;
}

/// Adds one assignment to the document; returns what is wrong with it, or nothing.
std::string add(json& document, const std::string& assignment) {
  const auto equals = assignment.find('=');
  if (equals == std::string::npos || equals == 0) {
    return "'" + assignment + "' is no assignment: expected key.path=value, for example train.max_steps=1000";
  }
  json* place = &document;
  const auto keys = keys_of(assignment.substr(0, equals));
  for (std::size_t i = 0; i + 1 < keys.size(); ++i) {
    place = &(*place)[keys[i]];
    if (place->is_null()) *place = json::object();
    if (!place->is_object()) return "'" + assignment + "' sets a key inside of something that is no object";
  }
  (*place)[keys.back()] = value_of(assignment.substr(equals + 1));
  return "";
}

}  // namespace

void apply_assignments(Config& config, const std::vector<std::string>& assignments) {
  json document = json::object();
  std::vector<std::string> problems;
  for (const auto& assignment : assignments) {
    const auto problem = add(document, assignment);
    if (!problem.empty()) problems.push_back(problem);
  }
  Config changed = config;
  const auto text = document.dump(-1, ' ', false, json::error_handler_t::replace);
  for (auto& problem : read_options(changed, text)) problems.push_back(std::move(problem));
  throw_if_any(problems, "--set");
  config = std::move(changed);
}

}  // namespace cmgems::config
