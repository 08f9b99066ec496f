// What evaluating GUE came to: methods by set, and the one file that keeps each run of a method.
#pragma once

#include <array>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cmgems/config/train_options.h"
#include "cmgems/formats/manifest.h"
#include "cmgems/metrics/classification.h"
#include "cmgems/tasks/gue.h"

namespace cmgems::apps {

/// One run of a method on the test rows of a set.
struct GueScores {
  std::optional<std::uint64_t> seed;  // none for methods without chance
  metrics::ClassificationScores scores;
  std::optional<std::int64_t> best_step;  // of the weights that were scored
  std::optional<double> dev_loss;         // there
};
nlohmann::ordered_json to_json(const GueScores& scores);

struct GueMethod {
  std::string name;
  std::string kind;  // model, kmer, majority, random-encoder
  std::vector<GueScores> runs;
};

struct GueSetResult {
  const tasks::GueSet* set = nullptr;
  int classes = 0;
  std::array<std::size_t, 3> rows{};  // train, dev, test
  std::int64_t steps = 0;
  std::vector<GueMethod> methods;  // the model first
  std::vector<std::string> notes;
};

struct GueResult {
  std::filesystem::path run;
  std::string model;  // folder, or "random"
  std::vector<std::int64_t> seeds;
  std::vector<GueSetResult> sets;
  std::vector<std::string> absent;  // paths of sets that were asked for and have no files
  config::GueOptions options = {};
};

/// One run of a method in FOLDER/result.json. Throws: IoError.
struct StoredScores {
  std::string name;  // of the method
  GueScores scores;
};
void store_scores(const std::filesystem::path& folder, const StoredScores& stored,
                  const formats::Fingerprint& fingerprint);
/// None when there is no such file.
/// Throws: UsageError (it was made under another fingerprint: each difference), DataError (not what store_scores
/// wrote).
std::optional<StoredScores> stored_scores(const std::filesystem::path& folder, const formats::Fingerprint& fingerprint);

/// The headline metric of each run, times 100.
std::vector<double> headline_values(const GueMethod& method, tasks::HeadlineMetric metric);

}  // namespace cmgems::apps
