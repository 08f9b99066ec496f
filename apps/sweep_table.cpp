#include "sweep_table.h"

#include "json_values.h"
#include "paired_figures.h"
#include "result_table.h"
#include "stage_results.h"
#include "sweep_chart.h"

namespace cmgems::apps {
namespace {

using nlohmann::ordered_json;

/// Accuracy of every point in a few-shot task, and of the baselines beside the first one.
void add_few_shot(ordered_json& result, const Sweep& sweep, const FewShot& which) {
  const auto points = sweep.points();
  std::vector<ScoredMethod> first;
  std::vector<PairedFigures> figures;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const auto methods = methods_of_stage(sweep.fine_tuning(points[i], which));
    result["points"][i]["accuracy"][which.name()] = accuracy_json(methods.front());
    if (i == 0) first = methods;
    const auto pairs = pairs_by_seed(methods.front().runs, first.front().runs, "accuracy");
    if (i > 0) figures.push_back(paired_figures(pairs.ours, pairs.reference, IntervalKind::t));
  }
  std::vector<PairedFigures*> family;
  for (auto& one : figures) family.push_back(&one);
  correct_for_many(family);
  for (std::size_t i = 1; i < points.size(); ++i) {
    result["points"][i]["accuracy"][which.name()]["against_first"] = to_json(figures[i - 1]);
  }
  for (std::size_t b = 1; b < first.size(); ++b) {
    auto& baselines = result["baselines"];
    if (b > baselines.size()) baselines.push_back({{"name", first[b].name}});
    baselines[b - 1]["accuracy"][which.name()] = accuracy_json(first[b]);
  }
}

void print_scores(std::ostream& out, const ordered_json& result) {
  std::vector<std::string> titles{"point", "perplexity", "switch"};
  for (const auto& task : result["tasks"]) titles.push_back(task);
  ResultTable table(titles);
  const auto add = [&](const ordered_json& row) {
    const bool switched = row.contains("switch_step") && !row["switch_step"].is_null();
    std::vector<std::string> cells{row["name"],
                                   row.contains("perplexity") ? decimals(number_or_nan(row["perplexity"]), 2) : "-",
                                   switched ? std::to_string(row["switch_step"].get<std::int64_t>()) : "-"};
    for (const auto& task : result["tasks"]) cells.push_back(accuracy_text(row["accuracy"][task.get<std::string>()]));
    table.add(cells);
  };
  for (const auto& point : result["points"]) add(point);
  for (const auto& baseline : result["baselines"]) add(baseline);
  table.print(out);
}

void print_differences(std::ostream& out, const ordered_json& result) {
  std::vector<std::string> titles{"against " + result["points"][0]["name"].get<std::string>()};
  for (const auto& task : result["tasks"]) {
    titles.push_back(task);
    titles.emplace_back("Holm p");
  }
  ResultTable table(titles);
  for (std::size_t i = 1; i < result["points"].size(); ++i) {
    const auto& point = result["points"][i];
    std::vector<std::string> cells{point["name"]};
    for (const auto& task : result["tasks"]) {
      const auto& against = point["accuracy"][task.get<std::string>()]["against_first"];
      cells.push_back(difference_text(against["difference"], 3));
      cells.push_back(p_text(number_or_nan(against["t_test"]["p_holm"])));
    }
    table.add(cells);
  }
  out << "\n";
  table.print(out);
  out << "\naccuracy: mean ± deviation of " << result["runs"]
      << " runs; differences over the same draws with 95% intervals and paired t-tests, whose p are corrected (Holm) "
         "for "
         "the points\n";
}

}  // namespace

ordered_json sweep_json(const Sweep& sweep) {
  ordered_json result = {{"command", "sweep"},
                         {"folder", sweep.folder.string()},
                         {"config", sweep.recipe.config},
                         {"varied", ordered_json::array()},
                         {"tasks", ordered_json::array()},
                         {"runs", sweep.runs},
                         {"points", ordered_json::array()},
                         {"baselines", ordered_json::array()}};
  for (const auto& [key, values] : sweep.varied) result["varied"].push_back({{"key", key}, {"values", values}});
  for (const auto& point : sweep.points()) {
    ordered_json row = {{"name", point.name()}, {"run", sweep.pretraining(point).string()}};
    for (std::size_t i = 0; i < sweep.varied.size(); ++i) row["values"][sweep.varied[i].key] = point.values[i];
    row.update(pretraining_json(sweep.pretraining(point)));
    result["points"].push_back(row);
  }
  for (const auto& which : sweep.few_shot) {
    result["tasks"].push_back(which.name());
    add_few_shot(result, sweep, which);
  }
  return result;
}

void print_sweep(std::ostream& out, const ordered_json& result) {
  print_scores(out, result);
  if (!result["tasks"].empty() && result["points"].size() > 1) print_differences(out, result);
  out << "\nperplexity: of each run's own validation masks; between maskers, rates or vocabularies (data.k) it cannot "
         "be "
         "compared\n";
}

std::string sweep_picture(const Sweep& sweep, const ordered_json& result) {
  std::vector<SweepPanel> panels{{"perplexity", {}}};
  for (const auto& point : result["points"]) panels[0].values.push_back(number_or_nan(point["perplexity"]));
  for (const auto& task : result["tasks"]) {
    const bool several = sweep.runs > 1;
    SweepPanel panel{"accuracy, " + task.get<std::string>() + (several ? ", ± deviation over runs" : ""), {}};
    for (const auto& point : result["points"]) {
      const auto& accuracy = point["accuracy"][task.get<std::string>()];
      panel.values.push_back(number_or_nan(accuracy["mean"]));
      if (several) panel.deviations.push_back(number_or_nan(accuracy["deviation"]));
    }
    panels.push_back(panel);
  }
  return sweep_svg(sweep.varied, panels);
}

}  // namespace cmgems::apps
