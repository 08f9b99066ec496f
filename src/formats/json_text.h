// JSON of files that others wrote: nlohmann's parser with the checks that it leaves out. Private to this layer.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace cmgems::formats {

/// Parses one JSON object. `what` names it in messages ("header").
/// Throws: DataError with the path when the text is no JSON, no object, nested deeper than 8 or repeats a name.
nlohmann::json parse_json_object(std::string_view text, const std::filesystem::path& path, const std::string& what);

}  // namespace cmgems::formats
