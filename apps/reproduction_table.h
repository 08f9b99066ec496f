// The end of a reproduction: every strategy beside random masking, on the same rows.
#pragma once

#include <nlohmann/json.hpp>
#include <ostream>

#include "reproduction.h"

namespace cmgems::apps {

/// Reads what the stages left: metrics.jsonl of each pretraining and results.json of each few-shot.
/// Throws: InputNotFound, DataError (a file that is not what a stage writes).
nlohmann::ordered_json reproduction_json(const Reproduction& reproduction);

/// `result`: what reproduction_json gave.
void print_reproduction(std::ostream& out, const nlohmann::ordered_json& result);

}  // namespace cmgems::apps
