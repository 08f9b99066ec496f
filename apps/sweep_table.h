// The end of a sweep: what every point came to, beside the first one, on the same rows.
#pragma once

#include <nlohmann/json.hpp>
#include <ostream>

#include "sweep_grid.h"

namespace cmgems::apps {

/// Reads what the stages left. Throws: InputNotFound, DataError.
nlohmann::ordered_json sweep_json(const Sweep& sweep);

/// `result`: what sweep_json gave.
void print_sweep(std::ostream& out, const nlohmann::ordered_json& result);

/// Perplexity and every few-shot accuracy as pictures one below the other (SVG): a line for one key with the deviations
/// over runs, a heat map with the last key from left to right for several.
std::string sweep_picture(const Sweep& sweep, const nlohmann::ordered_json& result);

}  // namespace cmgems::apps
