// What stages left in their run folders, read back.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "scored_results.h"

namespace cmgems::apps {

/// A pretraining: `perplexity` and `masks_measured` of its last measurement, `switch_step` if there was one; else null.
/// Without its metrics.jsonl, which is told, all are null. Throws: DataError, IoError.
nlohmann::ordered_json pretraining_json(const std::filesystem::path& run);

/// A few-shot stage's methods, the model first. Throws: InputNotFound, DataError.
std::vector<ScoredMethod> methods_of_stage(const std::filesystem::path& run);

/// What eval-gue's results.json has under "means": of both species, how many sets there are and the mean Matthews
/// correlation by kind of method. Throws: InputNotFound, DataError.
nlohmann::ordered_json gue_means(const std::filesystem::path& run);

/// Accuracy: mean, deviation and the values of all runs.
nlohmann::ordered_json accuracy_json(const ScoredMethod& method);
/// "0.812 ± 0.020" of an accuracy_json.
std::string accuracy_text(const nlohmann::ordered_json& accuracy);

}  // namespace cmgems::apps
