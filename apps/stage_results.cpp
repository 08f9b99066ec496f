#include "stage_results.h"

#include <sstream>

#include "cmgems/base/atomic_file.h"
#include "cmgems/base/error.h"
#include "cmgems/base/log.h"
#include "cmgems/metrics/classification.h"
#include "json_values.h"
#include "result_table.h"

namespace cmgems::apps {

using nlohmann::ordered_json;

ordered_json pretraining_json(const std::filesystem::path& run) {
  ordered_json result = {{"perplexity", nullptr}, {"masks_measured", nullptr}, {"switch_step", nullptr}};
  const auto file = run / "metrics.jsonl";
  if (!std::filesystem::exists(file)) {
    log_warning(file.string() + " is not there: the table has no perplexity of this run");
    return result;
  }
  std::istringstream lines(read_file(file));
  for (std::string line; std::getline(lines, line);) {
    const auto event = ordered_json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (event.is_discarded()) throw DataError(file.string() + ": a line is not JSON");
    if (event.value("event", "") == "switch") result["switch_step"] = event.at("step");
    if (event.value("event", "") != "eval") continue;
    result["perplexity"] = event.at("perplexity");
    result["masks_measured"] = event.at("masker");
  }
  return result;
}

std::vector<ScoredMethod> methods_of_stage(const std::filesystem::path& run) {
  try {
    return read_scored_results(run.string()).tasks.front().methods;
  } catch (const DataError& error) {
    throw DataError(std::string(error.what()) + "; remove its folder, and the stage runs again");
  }
}

ordered_json gue_means(const std::filesystem::path& run) {
  const auto file = run / "results.json";
  const auto json = ordered_json::parse(read_file(file), nullptr, /*allow_exceptions=*/false);
  const auto damaged = [&] {
    return DataError(file.string() + " is not what eval-gue writes; remove its folder, and the stage runs again");
  };
  if (!json.is_object() || !json.contains("means")) throw damaged();
  const auto& means = json["means"];
  for (const char* species : {"human", "other"}) {
    if (!means.contains(species) || !means[species].contains("mcc") || !means[species]["mcc"].is_object()) {
      throw damaged();
    }
  }
  return means;
}

ordered_json accuracy_json(const ScoredMethod& method) {
  const auto values = values_of(method.runs, "accuracy");
  const auto [mean, deviation] = metrics::mean_and_deviation(values);
  return {{"mean", or_null(mean)}, {"deviation", or_null(deviation)}, {"runs", values}};
}

std::string accuracy_text(const ordered_json& accuracy) {
  const auto text = [&](const char* key) { return decimals(number_or_nan(accuracy.at(key)), 3); };
  return text("mean") + " ± " + text("deviation");
}

}  // namespace cmgems::apps
