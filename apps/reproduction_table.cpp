#include "reproduction_table.h"

#include <optional>

#include "cmgems/metrics/classification.h"
#include "cmgems/metrics/paired.h"
#include "json_values.h"
#include "result_table.h"
#include "stage_results.h"

namespace cmgems::apps {
namespace {

using nlohmann::ordered_json;

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
  std::vector<MethodAccuracies> baselines;
  for (std::size_t i = 0; i < reproduction.contestants.size(); ++i) {
    const auto& contestant = reproduction.contestants[i];
    const auto methods = accuracies_of(reproduction.fine_tuning(contestant, few_shot));
    const auto& values = methods.at(0).runs;
    rows[i]["accuracy"][few_shot.name()] = accuracy_json(values, reference ? &*reference : nullptr);
    if (i > 0) continue;
    reference = values;
    baselines = methods;
  }
  for (std::size_t b = 1; b < baselines.size(); ++b) {
    const std::size_t row = reproduction.contestants.size() + b - 1;
    if (row >= rows.size()) rows.push_back({{"name", baselines[b].name}});
    rows[row]["accuracy"][few_shot.name()] = accuracy_json(baselines[b].runs, &*reference);
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
