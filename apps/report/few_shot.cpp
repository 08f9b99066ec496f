// Few labelled sequences: every model and baseline on the same rows, every run shown.
#include <algorithm>
#include <cmath>

#include "dot_plot.h"
#include "published.h"
#include "result_table.h"
#include "scores.h"
#include "sections.h"
#include "statistics.h"

namespace cmgems::apps::report {
namespace {

constexpr std::size_t kPublishedColour = 7;

/// Of the first model to a published mean over runs.
Cell published_difference(const Contest& contest, const Published& one) {
  const auto own = summary_of(contest.contenders.front().method->values("accuracy")).mean;
  return difference_cell({own - one.value, kNone, kNone, kNone, 1});
}

std::vector<Cell> score_row(const Contender& one, bool balanced) {
  const auto& method = *one.method;
  std::vector<Cell> row{{one.name},
                        mean_cell(summary_of(method.values("accuracy"))),
                        interval_cell(summary_of(method.values("accuracy")))};
  for (const char* metric : {"f1", "mcc", "auc"}) row.push_back(mean_cell(summary_of(method.values(metric))));
  if (balanced) row.push_back(mean_cell(summary_of(method.values("balanced_accuracy"))));
  const bool alone = one.baseline == nullptr || one.baseline == one.method;
  row.push_back(alone ? Cell{"–"} : difference_cell(difference_of(method, *one.baseline, "accuracy")));
  row.push_back(count_cell(static_cast<double>(method.runs.size())));
  return row;
}

/// -> whether a row is doubtful.
bool add_published(Table& table, const Contest& contest) {
  const auto published = published_scores(*contest.evaluation, false);
  if (published.empty()) return false;
  table.columns.emplace_back("ours less published");
  for (auto& row : table.rows) row.push_back({"–"});
  for (const auto& one : published) {
    std::vector<Cell> row(table.columns.size(), Cell{"–"});
    row.front() = {"published: " + one.model + (one.doubtful ? " *" : "")};
    row[1] = mean_cell({one.value, one.deviation, kNone, kNone, 0});
    row.back() = published_difference(contest, one);
    table.rows.push_back(row);
  }
  table.note += " Ours less published: the mean of the first model less the published one.";
  return std::any_of(published.begin(), published.end(), [](const auto& one) { return one.doubtful; });
}

Table score_table(const Contest& contest) {
  const bool balanced = std::any_of(contest.contenders.begin(), contest.contenders.end(), [](const auto& one) {
    return std::isfinite(one.method->runs.front().value("balanced_accuracy"));
  });
  Table table{contest.title, {"method", "accuracy", "95% interval", "macro F1", "MCC", "AUC"}, {}};
  if (balanced) table.columns.emplace_back("balanced accuracy");
  table.columns.emplace_back("against k-mers");
  table.columns.emplace_back("runs");
  for (const auto& one : contest.contenders) table.rows.push_back(score_row(one, balanced));
  table.note = "Mean ± standard deviation over runs; intervals by Student's t; differences are of the same draws.";
  const bool doubtful = add_published(table, contest);
  if (doubtful) table.note += " * " + doubt_note() + ".";
  return table;
}

DotRow dot_row(const Contender& one, std::size_t series) {
  const auto summary = summary_of(one.method->values("accuracy"));
  DotRow row{one.name, mean_text(summary), series, {}, summary.mean, summary.low, summary.high, kNone};
  for (const auto& run : one.method->runs) {
    row.dots.push_back(
        {run.value("accuracy"), one.name + run.seed_words() + ": " + decimals(run.value("accuracy"), 3)});
  }
  return row;
}

Figure dots(const Contest& contest) {
  DotPlot plot{
      "accuracy on " + count_cell(static_cast<double>(contest.evaluation->test_rows)).text + " test rows", "", {}};
  const std::string title = contest.title + ": accuracy of every run";
  std::string alternative = title + ".";
  for (const auto& one : contest.contenders) {
    if (one.method->kind == Kind::majority) {
      plot.references.push_back({summary_of(one.method->values("accuracy")).mean, one.name});
      continue;
    }
    plot.rows.push_back(dot_row(one, plot.rows.size()));
    alternative += " " + one.name + ": " + plot.rows.back().value_text + ".";
  }
  for (const auto& one : published_scores(*contest.evaluation, false)) {
    DotRow row{"published: " + one.model, decimals(one.value, 3), kPublishedColour, {}, kNone, kNone, kNone, one.value};
    plot.rows.push_back(row);
  }
  plot.alternative = alternative;
  return figure(
      title, alternative, [&](double width) { return dot_plot(plot, width); },
      "Small dots: runs; diamond: their mean, with its 95% interval" +
          std::string(plot.rows.back().series == kPublishedColour && plot.rows.back().dots.empty()
                          ? "; triangle: published."
                          : "."));
}

/// Methods by tasks, where there are several tasks, with the mean over them as table 4 of the paper has it.
Table matrix(const std::vector<Contest>& contests) {
  Table table{"Accuracy", {"method"}, {}};
  for (const auto& contest : contests) {
    table.columns.push_back(contest.title);
    for (const auto& one : contest.contenders) {
      const bool known =
          std::any_of(table.rows.begin(), table.rows.end(), [&](const auto& row) { return row[0].text == one.name; });
      if (!known) table.rows.push_back({{one.name}});
    }
  }
  table.columns.emplace_back("mean");
  for (auto& row : table.rows) {
    std::vector<double> means;
    for (const auto& contest : contests) {
      const auto found = std::find_if(contest.contenders.begin(), contest.contenders.end(),
                                      [&](const auto& one) { return one.name == row[0].text; });
      const auto summary =
          found == contest.contenders.end() ? Summary{} : summary_of(found->method->values("accuracy"));
      means.push_back(summary.mean);
      row.push_back(mean_cell(summary));
    }
    row.push_back(number_cell(summary_of(means).mean, 3));
  }
  table.note = "Mean: over the tasks, of what has them all.";
  return table;
}

}  // namespace

std::optional<Section> few_shot_section(const Runs& runs) {
  if (runs.few_shot.empty()) return std::nullopt;
  Section section{"few-shot", "Few labelled sequences", {}};
  const auto contests = contests_of(runs, runs.few_shot);
  if (contests.empty()) {
    section.blocks.emplace_back(Text{"No fine-tuning is finished yet."});
    return section;
  }
  if (contests.size() > 1) section.blocks.emplace_back(matrix(contests));
  for (const auto& contest : contests) {
    section.blocks.emplace_back(score_table(contest));
    section.blocks.emplace_back(dots(contest));
  }
  return section;
}

}  // namespace cmgems::apps::report
