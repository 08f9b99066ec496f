// Confusion matrices of all that was evaluated.
#include <algorithm>
#include <functional>

#include "confusion_chart.h"
#include "scores.h"
#include "sections.h"

namespace cmgems::apps::report {
namespace {

/// Summed up over the runs of a method; empty when none tells.
Confusion sum_of(const Method& method) {
  Confusion sum;
  for (const auto& run : method.runs) {
    if (run.confusion.empty()) continue;
    if (sum.empty()) sum.assign(run.confusion.size(), std::vector<std::int64_t>(run.confusion.size(), 0));
    if (sum.size() != run.confusion.size()) continue;
    for (std::size_t i = 0; i < sum.size(); ++i) {
      std::transform(sum[i].begin(), sum[i].end(), run.confusion[i].begin(), sum[i].begin(), std::plus<>());
    }
  }
  return sum;
}

std::vector<std::string> class_names(const Evaluation& evaluation, std::size_t classes) {
  std::vector<std::string> names = evaluation.labels;
  for (std::size_t i = names.size(); i < classes; ++i) names.push_back(std::to_string(i));
  names.resize(classes);
  return names;
}

void add_rows(Table& table, const ConfusionPanel& panel) {
  for (std::size_t i = 0; i < panel.counts.size(); ++i) {
    for (std::size_t j = 0; j < panel.counts.size(); ++j) {
      table.rows.push_back({{panel.task},
                            {panel.method},
                            {panel.classes[i]},
                            {panel.classes[j]},
                            count_cell(static_cast<double>(panel.counts[i][j]))});
    }
  }
}

/// Of GUE only the models: it has many sets.
std::vector<ConfusionPanel> panels_of(const std::vector<Contest>& contests, bool with_kmers) {
  std::vector<ConfusionPanel> panels;
  for (const auto& contest : contests) {
    for (const auto& one : contest.contenders) {
      if (one.method->kind != Kind::model && !(with_kmers && one.method->kind == Kind::kmer)) continue;
      auto counts = sum_of(*one.method);
      if (counts.empty()) continue;
      const auto classes = class_names(*contest.evaluation, counts.size());
      panels.push_back({contest.title, one.name, classes, std::move(counts)});
    }
  }
  return panels;
}

}  // namespace

std::optional<Section> confusion_section(const Runs& runs) {
  Section section{"confusion", "Which class was taken for which", {}};
  for (const auto* evaluated : {&runs.few_shot, &runs.gue}) {
    const auto panels = panels_of(contests_of(runs, *evaluated), evaluated == &runs.few_shot);
    if (panels.empty()) continue;
    const std::string title = evaluated == &runs.gue ? "GUE" : "Few-shot";
    const std::string words =
        title + ": confusion matrices of " + counted(panels.size(), "method") + ", in numbers in the table below.";
    section.blocks.emplace_back(figure(
        title, words, [&](double width) { return confusion_chart(panels, words, width); },
        "Percent of the true class, and rows; all runs together."));
    Table table{title + ": confusion in numbers", {"task", "method", "true class", "predicted class", "rows"}, {}};
    for (const auto& panel : panels) add_rows(table, panel);
    table.folded = true;
    section.blocks.emplace_back(std::move(table));
  }
  if (section.blocks.empty()) return std::nullopt;
  return section;
}

}  // namespace cmgems::apps::report
