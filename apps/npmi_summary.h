// What a table is, for people and as JSON: shared by the sub-commands of `cmgems npmi`.
#pragma once

#include <nlohmann/json.hpp>

#include "cmgems/npmi/table.h"

namespace cmgems::apps {

/// Parameters and shares of a table; keys as in `cmgems npmi show --json`.
nlohmann::ordered_json table_json(const npmi::Table& table);
/// The same as a few lines on standard output.
void print_summary(const npmi::Table& table);

}  // namespace cmgems::apps
