#include "reproduction_table.h"

#include "json_values.h"
#include "paired_figures.h"
#include "result_table.h"
#include "shell_word.h"
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

constexpr const char* kSpecies[] = {"human", "other"};

/// The row of a baseline behind those of the candidates, made where there is none.
ordered_json& baseline_row(ordered_json& rows, const std::string& kind, const std::string& name) {
  for (auto& row : rows) {
    if (row.at("kind").get_ref<const std::string&>() == kind) return row;
  }
  rows.push_back({{"name", name}, {"kind", kind}});
  return rows.back();
}

/// Scores by row of the table: the strategies, then the baselines that the first of them was scored beside.
void add_scores(ordered_json& rows, const Reproduction& reproduction, const FewShot& few_shot) {
  std::vector<ScoredMethod> first;
  for (std::size_t i = 0; i < reproduction.candidates.size(); ++i) {
    const auto methods = methods_of_stage(reproduction.fine_tuning(reproduction.candidates[i], few_shot));
    if (i == 0) first = methods;
    rows[i]["accuracy"][few_shot.name()] =
        i == 0 ? accuracy_json(methods.front()) : compared_json(methods.front(), first.front());
  }
  for (std::size_t b = 1; b < first.size(); ++b) {
    baseline_row(rows, first[b].kind, first[b].name)["accuracy"][few_shot.name()] =
        compared_json(first[b], first.front());
  }
}

ordered_json at_or_null(const ordered_json& object, const std::string& key) {
  return object.contains(key) ? object[key] : ordered_json(nullptr);
}

void add_gue_of(ordered_json& row, const ordered_json& means, const std::string& kind) {
  for (const char* species : kSpecies) row["gue"][species] = at_or_null(means[species]["mcc"], kind);
}

/// -> how many sets the means are of.
ordered_json add_gue(ordered_json& rows, const Reproduction& reproduction) {
  ordered_json sets;
  for (std::size_t i = 0; i < reproduction.candidates.size(); ++i) {
    const auto means = gue_means(reproduction.gue_run(reproduction.candidates[i]));
    add_gue_of(rows[i], means, "model");
    if (i > 0) continue;
    for (const char* species : kSpecies) sets[species] = means[species]["sets"];
    for (const auto& [kind, mean] : means["human"]["mcc"].items()) {
      if (kind != "model") add_gue_of(baseline_row(rows, kind, kind), means, kind);
    }
  }
  return sets;
}

/// Of a row that may lack it, null then.
ordered_json value_at(const ordered_json& row, const std::string& group, const std::string& key) {
  return row.contains(group) ? at_or_null(row[group], key) : ordered_json(nullptr);
}

std::string mcc_text(const ordered_json& row, const char* species) {
  return decimals(100 * number_or_nan(value_at(row, "gue", species)), 2);
}

void print_notes(std::ostream& out, const ordered_json& result) {
  out << "\nperplexity: of the run's own validation masks, so not between rows; accuracy: mean ± deviation of "
      << result["runs"] << " runs\n";
  if (result["gue"].is_null()) return;
  const std::string folder = result["folder"];
  out << "MCC: mean over " << result["gue"]["human"] << " human and " << result["gue"]["other"]
      << " other sets of GUE, times 100; set by set and with intervals: cmgems compare "
      << shell_word(folder + "/gue/" + result["rows"][0]["name"].get<std::string>()) << " and others in "
      << shell_word(folder + "/gue") << "\n";
}

}  // namespace

ordered_json reproduction_json(const Reproduction& reproduction) {
  ordered_json rows = ordered_json::array();
  for (const auto& candidate : reproduction.candidates) {
    ordered_json row = {{"name", candidate.name()}, {"kind", "model"}};
    row.update(pretraining_json(reproduction.pretraining(candidate)));
    rows.push_back(row);
  }
  ordered_json tasks = ordered_json::array();
  for (const auto& few_shot : reproduction.few_shot) {
    tasks.push_back(few_shot.name());
    add_scores(rows, reproduction, few_shot);
  }
  const auto gue = reproduction.gue ? add_gue(rows, reproduction) : ordered_json(nullptr);
  return {{"command", "reproduce"},
          {"scale", reproduction.scale.name},
          {"folder", reproduction.folder.string()},
          {"runs", reproduction.runs},
          {"tasks", tasks},
          {"gue", gue},
          {"rows", rows}};
}

void print_reproduction(std::ostream& out, const ordered_json& result) {
  std::vector<std::string> titles{"pretraining", "perplexity", "switch"},
      compared{"against " + result["rows"][0]["name"].get<std::string>()};
  for (const auto& task : result["tasks"]) {
    titles.push_back(task);
    compared.push_back(task);
  }
  const bool gue = !result["gue"].is_null();
  if (gue) titles.insert(titles.end(), {"MCC human", "MCC other"});
  ResultTable scores(titles), differences(compared);
  for (const auto& row : result["rows"]) {
    const bool trained = row.contains("perplexity") && !row["perplexity"].is_null();
    const bool switched = row.contains("switch_step") && !row["switch_step"].is_null();
    std::vector<std::string> cells{row["name"], trained ? decimals(row["perplexity"].get<double>(), 2) : "-",
                                   switched ? std::to_string(row["switch_step"].get<std::int64_t>()) : "-"};
    const bool reference = &row == &result["rows"][0];
    std::vector<std::string> beside{row["name"]};
    for (const auto& task : result["tasks"]) {
      const auto accuracy = value_at(row, "accuracy", task.get<std::string>());
      cells.push_back(accuracy.is_null() ? "-" : accuracy_text(accuracy));
      if (!reference) beside.push_back(accuracy.is_null() ? "-" : difference_text(accuracy["difference"], 3));
    }
    if (gue) cells.insert(cells.end(), {mcc_text(row, "human"), mcc_text(row, "other")});
    scores.add(cells);
    if (!reference) differences.add(beside);
  }
  scores.print(out);
  print_notes(out, result);
  if (result["tasks"].empty()) return;
  out << "\n";
  differences.print(out);
  out << "\nmean difference of accuracy over the same draws, and its 95% interval (Student's t over runs)\n";
}

}  // namespace cmgems::apps
