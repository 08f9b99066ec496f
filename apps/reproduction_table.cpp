#include "reproduction_table.h"

#include <optional>
#include <sstream>

#include "cmgems/base/atomic_file.h"
#include "cmgems/base/error.h"
#include "cmgems/metrics/classification.h"
#include "cmgems/metrics/paired.h"
#include "json_values.h"
#include "result_table.h"

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

/// The last measurement, and the step of the switch if there was one.
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

std::vector<double> accuracies(const ordered_json& method) {
  std::vector<double> values;
  for (const auto& run : method.at("runs")) values.push_back(run.at("accuracy").get<double>());
  return values;
}

ordered_json accuracy_json(const std::vector<double>& values, const std::vector<double>* compared) {
  const auto [mean, deviation] = metrics::mean_and_deviation(values);
  ordered_json json = {{"mean", mean}, {"deviation", deviation}, {"runs", values}};
  if (compared == nullptr) return json;
  const auto [difference, low, high] = metrics::paired_difference(values, *compared);
  json["difference"] = {{"mean", difference}, {"low", or_null(low)}, {"high", or_null(high)}};
  return json;
}

/// Scores by row of the table: the strategies, then the baselines that the first of them was scored beside.
void add_scores(ordered_json& rows, const Reproduction& reproduction, const FewShot& few_shot) {
  std::optional<std::vector<double>> reference;
  ordered_json baselines;
  for (std::size_t i = 0; i < reproduction.contestants.size(); ++i) {
    const auto& contestant = reproduction.contestants[i];
    const auto results = read_json(reproduction.fine_tuning(contestant, few_shot) / "results.json");
    const auto values = accuracies(results.at("methods").at(0));
    rows[i]["accuracy"][few_shot.name()] = accuracy_json(values, reference ? &*reference : nullptr);
    if (i > 0) continue;
    reference = values;
    baselines = results.at("methods");
  }
  for (std::size_t b = 1; b < baselines.size(); ++b) {
    const std::size_t row = reproduction.contestants.size() + b - 1;
    if (row >= rows.size()) rows.push_back({{"name", baselines[b].at("name")}});
    rows[row]["accuracy"][few_shot.name()] = accuracy_json(accuracies(baselines[b]), &*reference);
  }
}

std::string mean_text(const ordered_json& accuracy) {
  return decimals(accuracy.at("mean").get<double>(), 3) + " ± " + decimals(accuracy.at("deviation").get<double>(), 3);
}

std::string difference_text(const ordered_json& accuracy) {
  if (!accuracy.contains("difference")) return "-";
  const auto& difference = accuracy["difference"];
  const auto text = [&](const char* key) {
    if (difference[key].is_null()) return std::string("-");
    const double value = difference[key].get<double>();
    return (value < 0 ? "" : "+") + decimals(value, 3);
  };
  return text("mean") + " [" + text("low") + ", " + text("high") + "]";
}

}  // namespace

ordered_json reproduction_json(const Reproduction& reproduction) {
  ordered_json rows = ordered_json::array();
  for (const auto& contestant : reproduction.contestants) {
    ordered_json row = {{"name", contestant.name()}};
    row.update(pretraining_json(reproduction.pretraining(contestant)));
    rows.push_back(row);
  }
  ordered_json tasks = ordered_json::array();
  for (const auto& few_shot : reproduction.few_shot) {
    tasks.push_back(few_shot.name());
    add_scores(rows, reproduction, few_shot);
  }
  return {{"command", "reproduce"},
          {"scale", reproduction.scale.name},
          {"folder", reproduction.folder.string()},
          {"runs", reproduction.runs},
          {"tasks", tasks},
          {"rows", rows}};
}

void print_reproduction(std::ostream& out, const ordered_json& result) {
  std::vector<std::string> titles{"pretraining", "perplexity", "switch"},
      compared{"against " + result["rows"][0]["name"].get<std::string>()};
  for (const auto& task : result["tasks"]) {
    titles.push_back(task);
    compared.push_back(task);
  }
  ResultTable scores(titles), differences(compared);
  for (const auto& row : result["rows"]) {
    const bool trained = row.contains("perplexity") && !row["perplexity"].is_null();
    const bool switched = row.contains("switch_step") && !row["switch_step"].is_null();
    std::vector<std::string> cells{row["name"], trained ? decimals(row["perplexity"].get<double>(), 2) : "-",
                                   switched ? std::to_string(row["switch_step"].get<std::int64_t>()) : "-"};
    std::vector<std::string> beside{row["name"]};
    for (const auto& task : result["tasks"]) {
      const auto& accuracy = row["accuracy"][task.get<std::string>()];
      cells.push_back(mean_text(accuracy));
      beside.push_back(difference_text(accuracy));
    }
    scores.add(cells);
    if (&row != &result["rows"][0]) differences.add(beside);
  }
  scores.print(out);
  out << "\nperplexity: of the run's own validation masks, so not between rows; accuracy: mean ± deviation of "
      << result["runs"] << " runs\n\n";
  differences.print(out);
  out << "\nmean difference of accuracy over the same draws, and its 95% interval (Student's t over runs)\n";
}

}  // namespace cmgems::apps
