#include "gue_result.h"

#include <limits>

#include "cmgems/base/atomic_file.h"
#include "cmgems/base/error.h"
#include "fingerprint.h"
#include "json_values.h"
#include "scores_json.h"

namespace cmgems::apps {
namespace {

using nlohmann::ordered_json;

constexpr const char* kFile = "result.json";

GueScores scores_from_json(const ordered_json& json) {
  GueScores scores;
  if (!json.at("seed").is_null()) scores.seed = json["seed"].get<std::uint64_t>();
  scores.scores = scores_of(json);
  if (json.contains("best_step")) scores.best_step = json["best_step"].get<std::int64_t>();
  if (json.contains("dev_loss")) scores.dev_loss = json["dev_loss"].get<double>();
  return scores;
}

}  // namespace

ordered_json to_json(const GueScores& scores) {
  ordered_json json = {{"seed", or_null(scores.seed)}};
  json.update(scores_json(scores.scores));
  if (scores.best_step) json["best_step"] = *scores.best_step;
  if (scores.dev_loss) json["dev_loss"] = *scores.dev_loss;
  return json;
}

void store_scores(const std::filesystem::path& folder, const StoredScores& stored,
                  const formats::Fingerprint& fingerprint) {
  const ordered_json json = {{"name", stored.name}, {"scores", to_json(stored.scores)}, {"fingerprint", fingerprint}};
  write_file_atomic(folder / kFile, json.dump(1, ' ', false, ordered_json::error_handler_t::replace) + "\n");
}

std::optional<StoredScores> stored_scores(const std::filesystem::path& folder,
                                          const formats::Fingerprint& fingerprint) {
  const auto file = folder / kFile;
  if (!std::filesystem::exists(file)) return std::nullopt;
  try {
    const auto json = ordered_json::parse(read_file(file));
    Accepted none;
    require_same(json.at("fingerprint").get<formats::Fingerprint>(), fingerprint, {}, none);
    return StoredScores{json.at("name").get<std::string>(), scores_from_json(json.at("scores"))};
  } catch (const ordered_json::exception& error) {
    throw DataError(file.string() + " is damaged (" + error.what() + "); remove it to have it made again");
  }
}

std::vector<double> headline_values(const GueMethod& method, tasks::HeadlineMetric metric) {
  std::vector<double> values;
  for (const auto& run : method.runs) {
    values.push_back(100 * (metric == tasks::HeadlineMetric::mcc ? run.scores.mcc : run.scores.f1));
  }
  return values;
}

}  // namespace cmgems::apps
