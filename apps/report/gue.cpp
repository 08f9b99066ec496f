// GUE: every set beside what was published for it.
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

const Published* best_of(const std::vector<Published>& scores) {
  const auto best =
      std::max_element(scores.begin(), scores.end(), [](const auto& a, const auto& b) { return a.value < b.value; });
  return best == scores.end() ? nullptr : &*best;
}

std::string metric_name(const std::string& metric) {
  return metric == "mcc" ? "MCC" : metric == "f1" ? "macro F1" : metric;
}

Summary score_of(const Contest& contest, const Contender& one) {
  return summary_of(one.method->values(contest.evaluation->metric));
}

/// Baselines by what they are: their names tell what was selected for a set.
std::string column_of(const Contender& one) {
  switch (one.method->kind) {
    case Kind::kmer:
      return "k-mers";
    case Kind::majority:
      return "majority class";
    case Kind::random_encoder:
      return "random encoder";
    default:
      return one.name;
  }
}

/// The columns of all contenders, in the order in which they come.
std::vector<std::string> names_of(const std::vector<Contest>& contests) {
  std::vector<std::string> names;
  for (const auto& contest : contests) {
    for (const auto& one : contest.contenders) {
      const auto name = column_of(one);
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
  }
  return names;
}

Table set_table(const std::vector<Contest>& contests) {
  Table table{"Sets", {"set", "metric"}, {}};
  const auto names = names_of(contests);
  for (const auto& name : names) table.columns.push_back(name);
  for (const char* column : {"best published", "by", "difference"}) table.columns.emplace_back(column);
  for (const auto& contest : contests) {
    std::vector<Cell> row{{contest.title}, {metric_name(contest.evaluation->metric)}};
    for (const auto& name : names) {
      const auto found = std::find_if(contest.contenders.begin(), contest.contenders.end(),
                                      [&](const auto& one) { return column_of(one) == name; });
      row.push_back(found == contest.contenders.end() ? Cell{"–"} : mean_cell(score_of(contest, *found)));
    }
    const auto scores = published_scores(*contest.evaluation, true);
    const auto* best = best_of(scores);
    const double own = score_of(contest, contest.contenders.front()).mean;
    row.push_back(best != nullptr ? number_cell(best->value, 3) : Cell{"–"});
    row.push_back({best != nullptr ? best->model : "–"});
    row.push_back(best != nullptr ? difference_cell({own - best->value, kNone, kNone, kNone, 1}) : Cell{"–"});
    table.rows.push_back(row);
  }
  table.note = "Difference: of the first model to the best published score of the set.";
  return table;
}

/// Every published model of every set.
std::optional<Table> published_table(const std::vector<Contest>& contests) {
  Table table{"Published scores (MCC)", {"model"}, {}};
  bool doubtful = false;
  for (const auto& contest : contests) {
    const auto scores = published_scores(*contest.evaluation, true);
    if (scores.empty()) continue;
    table.columns.push_back(contest.title);
    for (const auto& score : scores) {
      doubtful = doubtful || score.doubtful;
      const auto name = score.model + (score.doubtful ? " *" : "");
      auto row =
          std::find_if(table.rows.begin(), table.rows.end(), [&](const auto& one) { return one[0].text == name; });
      if (row == table.rows.end()) row = table.rows.insert(table.rows.end(), {{name}});
      row->resize(table.columns.size() - 1, Cell{"–"});
      row->push_back(number_cell(score.value, 4));
    }
  }
  for (auto& row : table.rows) row.resize(table.columns.size(), Cell{"–"});
  if (table.rows.empty()) return std::nullopt;
  if (doubtful) table.note = "* " + doubt_note() + ".";
  table.folded = true;
  return table;
}

/// Whose means the diamonds are.
std::string diamond_words(const std::vector<Contest>& contests) {
  std::vector<std::string> names;
  for (const auto& contest : contests) {
    const auto& name = contest.contenders.front().name;
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  if (names.size() == 1) return names.front();
  std::string text = "the first model of each set";
  for (std::size_t i = 0; i < names.size(); ++i) {
    text += (i == 0 ? " (" : i + 1 < names.size() ? ", " : " or ") + names[i];
  }
  return text + ")";
}

Figure dots(const std::vector<Contest>& contests) {
  DotPlot plot{"score (MCC, or the metric of the set)", "", {}};
  std::string alternative = "Scores by set.";
  for (const auto& contest : contests) {
    const auto& first = contest.contenders.front();
    const auto summary = score_of(contest, first);
    DotRow row{contest.title, mean_text(summary), 0, {}, summary.mean, summary.low, summary.high, kNone};
    for (const auto& run : first.method->runs) {
      const double value = run.value(contest.evaluation->metric);
      row.dots.push_back({value, first.name + run.seed_words() + ": " + decimals(value, 3)});
    }
    const auto scores = published_scores(*contest.evaluation, true);
    if (const auto* best = best_of(scores)) row.published = best->value;
    alternative += " " + row.name + ": " + row.value_text + ".";
    plot.rows.push_back(row);
  }
  plot.alternative = alternative;
  return figure(
      "Scores by set", alternative, [&](double width) { return dot_plot(plot, width); },
      "Diamond: " + diamond_words(contests) + "; triangle: the best published score.");
}

}  // namespace

std::optional<Section> gue_section(const Runs& runs) {
  if (runs.gue.empty()) return std::nullopt;
  Section section{"gue", "Genome Understanding Evaluation", {}};
  const auto contests = contests_of(runs, runs.gue);
  if (contests.empty()) {
    section.blocks.emplace_back(Text{"No set is finished yet."});
    return section;
  }
  section.blocks.emplace_back(set_table(contests));
  section.blocks.emplace_back(dots(contests));
  if (auto table = published_table(contests)) section.blocks.emplace_back(std::move(*table));
  return section;
}

}  // namespace cmgems::apps::report
