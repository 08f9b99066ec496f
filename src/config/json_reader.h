// Reading of JSON text into the options, strictly. Internal to the layer.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cmgems/config/config.h"

namespace cmgems::config {

/// Problems of the text that have to do with JSON itself: syntax (with line and column), keys given twice, nesting.
std::vector<std::string> syntax_problems(std::string_view text);

/// Overwrites what the document gives; returns every unknown key, unknown word, wrong type and value out of bounds.
/// REQUIRES: syntax_problems(text) is empty.
std::vector<std::string> read_options(Config& config, std::string_view text);

/// Throws UsageError with all `problems` under `origin`, one a line; does nothing when there are none.
void throw_if_any(const std::vector<std::string>& problems, const std::string& origin);

}  // namespace cmgems::config
