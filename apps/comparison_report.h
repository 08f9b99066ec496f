// A comparison for people and as JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <ostream>

#include "comparison.h"

namespace cmgems::apps {

/// Two tables: over the runs of each task, and over the tasks; then what to know about them.
void print_comparison(std::ostream& out, const Comparison& comparison, const ComparisonOptions& options);

/// The members `tasks`, `overall` and `notes` of compare's document.
nlohmann::ordered_json comparison_json(const Comparison& comparison);

}  // namespace cmgems::apps
