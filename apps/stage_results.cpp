#include "stage_results.h"

#include <sstream>

#include "cmgems/base/atomic_file.h"
#include "cmgems/base/error.h"

namespace cmgems::apps {
namespace {

using nlohmann::ordered_json;

ordered_json read_json(const std::filesystem::path& file) {
  try {
    return ordered_json::parse(read_file(file));
  } catch (const nlohmann::json::exception&) {
    throw DataError(file.string() + " is not JSON: remove its folder, and the stage runs again");
  }
}

}  // namespace

ordered_json pretraining_json(const std::filesystem::path& run) {
  ordered_json result = {{"perplexity", nullptr}, {"masks_measured", nullptr}, {"switch_step", nullptr}};
  std::istringstream lines(read_file(run / "metrics.jsonl"));
  for (std::string line; std::getline(lines, line);) {
    const auto event = ordered_json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (event.is_discarded()) throw DataError((run / "metrics.jsonl").string() + ": a line is not JSON");
    if (event.value("event", "") == "switch") result["switch_step"] = event.at("step");
    if (event.value("event", "") != "eval") continue;
    result["perplexity"] = event.at("perplexity");
    result["masks_measured"] = event.at("masker");
  }
  return result;
}

std::vector<MethodAccuracies> accuracies_of(const std::filesystem::path& run) {
  std::vector<MethodAccuracies> methods;
  const auto results = read_json(run / "results.json");
  for (const auto& json : results.at("methods")) {
    MethodAccuracies method{json.at("name"), {}};
    for (const auto& one : json.at("runs")) method.runs.push_back(one.at("accuracy").get<double>());
    methods.push_back(method);
  }
  return methods;
}

}  // namespace cmgems::apps
