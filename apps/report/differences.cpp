// Models side by side: the same tests as `cmgems compare`, over the runs of each task and over the tasks.
#include <algorithm>
#include <cmath>

#include "comparison.h"
#include "result_table.h"
#include "scores.h"
#include "sections.h"

namespace cmgems::apps::report {
namespace {

std::vector<ScoredRun> scored_runs(const Method& method, const std::string& metric) {
  std::vector<ScoredRun> runs;
  for (const auto& run : method.runs) {
    ScoredRun scored{run.seed, {}};
    if (std::isfinite(run.value(metric))) scored.scores[metric] = run.value(metric);
    runs.push_back(std::move(scored));
  }
  return runs;
}

/// The models of the contests, each with the tasks that it has.
std::vector<Contestant> models_of(const std::vector<Contest>& contests, bool gue) {
  std::vector<Contestant> models;
  for (const auto& contest : contests) {
    const auto& rows = *contest.evaluation;
    for (const auto& one : contest.contenders) {
      if (one.method->kind != Kind::model) continue;
      auto found =
          std::find_if(models.begin(), models.end(), [&](const auto& model) { return model.label == one.name; });
      if (found == models.end()) found = models.insert(models.end(), {one.name, {}});
      found->tasks.push_back({contest.title,
                              rows.metric,
                              gue,
                              static_cast<std::size_t>(rows.training_rows),
                              static_cast<std::size_t>(rows.test_rows),
                              {},
                              scored_runs(*one.method, rows.metric)});
    }
  }
  return models;
}

const std::vector<std::string> kTests{"difference [95%]", "p (t)", "Holm", "p (Wilcoxon)", "Holm (Wilcoxon)"};

Cell p_cell(double p) { return std::isfinite(p) ? Cell{p_text(p), p} : Cell{"–"}; }

void append_tests(std::vector<Cell>& row, const PairedFigures& figures) {
  Cell difference{difference_text(figures, 3)};
  if (figures.pairs > 0) difference.number = figures.difference.mean;
  row.push_back(difference);
  for (const double p : {figures.t.p, figures.t_holm, figures.wilcoxon.p, figures.wilcoxon_holm})
    row.push_back(p_cell(p));
}

Table table_with_tests(const std::string& title, std::vector<std::string> columns) {
  columns.insert(columns.end(), kTests.begin(), kTests.end());
  return {title, std::move(columns), {}};
}

Table over_runs(const Comparison& comparison, const std::string& reference) {
  auto table = table_with_tests("Against " + reference + ", over runs", {"task", "model", "metric", "mean", "pairs"});
  for (const auto& task : comparison.tasks) {
    for (const auto& one : task.rows) {
      if (!one.against) continue;
      std::vector<Cell> row{{task.task},
                            {one.label},
                            {task.metric},
                            number_cell(one.mean, 3),
                            count_cell(static_cast<double>(one.against->pairs))};
      append_tests(row, *one.against);
      table.rows.push_back(std::move(row));
    }
  }
  table.note =
      "Runs of the same seed are paired; intervals by Student's t; Holm: p corrected for all rows of the table.";
  return table;
}

Table over_tasks(const Comparison& comparison, const std::string& reference) {
  auto table =
      table_with_tests("Against " + reference + ", over tasks", {"model", "mean", "mean of the other", "tasks"});
  for (const auto& one : comparison.overall) {
    std::vector<Cell> row{{one.label},
                          number_cell(one.mean, 3),
                          number_cell(one.reference, 3),
                          count_cell(static_cast<double>(one.against.pairs))};
    append_tests(row, one.against);
    table.rows.push_back(std::move(row));
  }
  table.note = "The means of each task are a pair, as in the papers' tests.";
  return table;
}

void add_blocks(Section& section, const std::vector<Contestant>& models) {
  const auto shares_a_task = [&](const Contestant& model) {
    return std::any_of(model.tasks.begin(), model.tasks.end(), [&](const auto& task) {
      const auto& reference = models.front().tasks;
      return std::any_of(reference.begin(), reference.end(), [&](const auto& one) { return one.name == task.name; });
    });
  };
  if (models.size() < 2 || std::none_of(models.begin() + 1, models.end(), shares_a_task)) return;
  const auto comparison = compare(models, {});
  const auto& reference = models.front().label;
  section.blocks.emplace_back(over_runs(comparison, reference));
  if (!comparison.overall.empty()) section.blocks.emplace_back(over_tasks(comparison, reference));
  if (!comparison.notes.empty()) section.blocks.emplace_back(List{comparison.notes});
}

}  // namespace

std::optional<Section> differences_section(const Runs& runs) {
  Section section{"differences", "Differences between models", {}};
  add_blocks(section, models_of(contests_of(runs, runs.few_shot), false));
  add_blocks(section, models_of(contests_of(runs, runs.gue), true));
  if (section.blocks.empty()) return std::nullopt;
  return section;
}

}  // namespace cmgems::apps::report
