#include "reproduction_table.h"

#include "paired_figures.h"
#include "result_table.h"
#include "stage_results.h"

namespace cmgems::apps {
namespace {

using nlohmann::ordered_json;

/// With the difference to the reference's runs of the same seeds.
ordered_json compared_json(const ScoredMethod& method, const ScoredMethod& reference) {
  auto json = accuracy_json(method);
  const auto pairs = pairs_by_seed(method.runs, reference.runs, "accuracy");
  json["difference"] = to_json(paired_figures(pairs.ours, pairs.reference, IntervalKind::t))["difference"];
  return json;
}

/// Scores by row of the table: the strategies, then the baselines that the first of them was scored beside.
void add_scores(ordered_json& rows, const Reproduction& reproduction, const FewShot& few_shot) {
  std::vector<ScoredMethod> first;
  for (std::size_t i = 0; i < reproduction.contestants.size(); ++i) {
    const auto methods = methods_of_stage(reproduction.fine_tuning(reproduction.contestants[i], few_shot));
    if (i == 0) first = methods;
    rows[i]["accuracy"][few_shot.name()] =
        i == 0 ? accuracy_json(methods.front()) : compared_json(methods.front(), first.front());
  }
  for (std::size_t b = 1; b < first.size(); ++b) {
    const std::size_t row = reproduction.contestants.size() + b - 1;
    if (row >= rows.size()) rows.push_back({{"name", first[b].name}});
    rows[row]["accuracy"][few_shot.name()] = compared_json(first[b], first.front());
  }
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
    const bool reference = &row == &result["rows"][0];
    std::vector<std::string> beside{row["name"]};
    for (const auto& task : result["tasks"]) {
      const auto& accuracy = row["accuracy"][task.get<std::string>()];
      cells.push_back(accuracy_text(accuracy));
      if (!reference) beside.push_back(difference_text(accuracy["difference"], 3));
    }
    scores.add(cells);
    if (!reference) differences.add(beside);
  }
  scores.print(out);
  out << "\nperplexity: of the run's own validation masks, so not between rows; accuracy: mean ± deviation of "
      << result["runs"] << " runs\n\n";
  differences.print(out);
  out << "\nmean difference of accuracy over the same draws, and its 95% interval (Student's t over runs)\n";
}

}  // namespace cmgems::apps
