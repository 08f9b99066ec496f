#include "comparison_report.h"

#include "result_table.h"

namespace cmgems::apps {
namespace {

using nlohmann::ordered_json;

std::vector<std::string> tests_of(const PairedFigures& figures) {
  return {difference_text(figures, 3), p_text(figures.t.p), p_text(figures.t_holm), p_text(figures.wilcoxon.p),
          p_text(figures.wilcoxon_holm)};
}

void append(std::vector<std::string>& cells, const std::vector<std::string>& more) {
  cells.insert(cells.end(), more.begin(), more.end());
}

const std::vector<std::string> kTests{"difference [95%]", "p (t)", "Holm", "p (Wilcoxon)", "Holm"};

void print_tasks(std::ostream& out, const Comparison& comparison) {
  std::vector<std::string> titles{"", "metric", "runs", "mean", "pairs"};
  append(titles, kTests);
  ResultTable table(titles);
  for (const auto& task : comparison.tasks) {
    table.add({task.task, task.metric, "", "", "", "", "", "", "", ""});
    for (const auto& row : task.rows) {
      const std::string deviation = row.runs > 1 ? " ± " + decimals(row.deviation, 3) : "";
      std::vector<std::string> cells{"  " + row.label, "", std::to_string(row.runs), decimals(row.mean, 3) + deviation,
                                     row.against ? std::to_string(row.against->pairs) : "-"};
      append(cells, row.against ? tests_of(*row.against) : std::vector<std::string>(kTests.size(), "-"));
      table.add(cells);
    }
  }
  table.print(out);
}

void print_overall(std::ostream& out, const Comparison& comparison) {
  if (comparison.overall.empty()) return;
  std::vector<std::string> titles{"over tasks and sets", "pairs", "mean", "reference"};
  append(titles, kTests);
  ResultTable table(titles);
  for (const auto& row : comparison.overall) {
    std::vector<std::string> cells{row.label, std::to_string(row.against.pairs), decimals(row.mean, 3),
                                   decimals(row.reference, 3)};
    append(cells, tests_of(row.against));
    table.add(cells);
  }
  out << "\n";
  table.print(out);
}

}  // namespace

void print_comparison(std::ostream& out, const Comparison& comparison, const ComparisonOptions& options) {
  print_tasks(out, comparison);
  print_overall(out, comparison);
  const bool t = options.interval == IntervalKind::t;
  out << "\ndifferences: less " << comparison.tasks.front().rows.front().label
      << ", of runs with the same seed; 95%: " << (t ? "Student's t" : "percentile bootstrap")
      << "; Holm: p corrected for all rows of the table\n";
  for (const auto& note : comparison.notes) out << "- " << note << "\n";
}

ordered_json comparison_json(const Comparison& comparison) {
  ordered_json json = {{"tasks", ordered_json::array()}, {"overall", ordered_json::array()}};
  for (const auto& task : comparison.tasks) {
    ordered_json rows = ordered_json::array();
    for (const auto& row : task.rows) {
      ordered_json one = {{"name", row.label}, {"runs", row.runs}, {"mean", row.mean}, {"deviation", row.deviation}};
      if (row.against) one.update(to_json(*row.against));
      rows.push_back(one);
    }
    json["tasks"].push_back({{"task", task.task}, {"metric", task.metric}, {"rows", rows}});
  }
  for (const auto& row : comparison.overall) {
    ordered_json one = {{"name", row.label}, {"mean", row.mean}, {"reference_mean", row.reference}};
    one.update(to_json(row.against));
    json["overall"].push_back(one);
  }
  json["notes"] = comparison.notes;
  return json;
}

}  // namespace cmgems::apps
