// What stages left in their run folders, read back.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace cmgems::apps {

/// A pretraining: `perplexity` and `masks_measured` of its last measurement, `switch_step` if there was one; else null.
/// Throws: InputNotFound, DataError.
nlohmann::ordered_json pretraining_json(const std::filesystem::path& run);

/// A few-shot stage's methods, the model first, with the accuracy of each run.
struct MethodAccuracies {
  std::string name;
  std::vector<double> runs;
};
/// Throws: InputNotFound, DataError.
std::vector<MethodAccuracies> accuracies_of(const std::filesystem::path& run);

}  // namespace cmgems::apps
