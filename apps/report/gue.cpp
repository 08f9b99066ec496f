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

const Contender* find(const Contest& contest, const std::string& column) {
  const auto found = std::find_if(contest.contenders.begin(), contest.contenders.end(),
                                  [&](const auto& one) { return column_of(one) == column; });
  return found == contest.contenders.end() ? nullptr : &*found;
}

/// The sets of a species, each once.
std::vector<const Contest*> sets_of_species(const std::vector<Contest>& contests, tasks::Species species) {
  std::vector<const Contest*> list;
  for (const auto& contest : contests) {
    const bool known = std::any_of(list.begin(), list.end(),
                                   [&](const auto* one) { return one->evaluation->task == contest.evaluation->task; });
    if (!known && species_of(*contest.evaluation) == species) list.push_back(&contest);
  }
  return list;
}

/// Over the sets, NaN when one of them lacks the column.
double mean_over(const std::vector<const Contest*>& sets, const std::string& column) {
  std::vector<double> means;
  for (const auto* set : sets) {
    const auto* one = find(*set, column);
    means.push_back(one != nullptr ? score_of(*set, *one).mean : kNone);
  }
  return summary_of(means).mean;
}

/// A column's share of the best published mean; none when a set lacks it.
std::optional<tasks::ShareOfBest> share_of(const std::vector<const Contest*>& sets, const std::string& column) {
  std::vector<tasks::SetScore> scores;
  for (const auto* set : sets) {
    const auto* one = find(*set, column);
    if (one == nullptr) return std::nullopt;
    scores.push_back({set->evaluation->task, score_of(*set, *one).mean});
  }
  const auto shares = tasks::share_of_best(scores);
  if (shares.empty()) return std::nullopt;
  return shares.front();
}

/// As the paper's tables: means over the sets of a species.
void add_means(Table& table, const std::vector<Contest>& contests, const std::vector<std::string>& names) {
  for (const auto species : {tasks::Species::human, tasks::Species::other}) {
    const auto sets = sets_of_species(contests, species);
    if (sets.empty()) continue;
    const std::string word(tasks::species_word(species));
    std::vector<Cell> row{
        {"mean of " + std::to_string(sets.size()) + " of " + std::to_string(sets_of(species)) + " " + word + " sets"},
        {"MCC"}};
    for (const auto& name : names) row.push_back(number_cell(mean_over(sets, name), 3));
    const auto share = share_of(sets, names.front());
    row.push_back(share ? number_cell(share->best, 3) : Cell{"–"});
    row.push_back({share ? std::string(share->best_model) : "–"});
    row.push_back(share ? difference_cell({share->mean - share->best, kNone, kNone, kNone, 1}) : Cell{"–"});
    table.rows.push_back(row);
    if (share) table.note += " First model, " + word + " sets: " + share_text(*share) + ".";
  }
}

Table set_table(const std::vector<Contest>& contests) {
  Table table{"Sets", {"set", "metric"}, {}};
  const auto names = names_of(contests);
  for (const auto& name : names) table.columns.push_back(name);
  for (const char* column : {"best published", "by", "difference"}) table.columns.emplace_back(column);
  for (const auto& contest : contests) {
    std::vector<Cell> row{{contest.title}, {metric_name(contest.evaluation->metric)}};
    for (const auto& name : names) {
      const auto* found = find(contest, name);
      row.push_back(found == nullptr ? Cell{"–"} : mean_cell(score_of(contest, *found)));
    }
    const auto scores = published_scores(*contest.evaluation, true);
    const auto* best = best_of(scores);
    const double own = score_of(contest, contest.contenders.front()).mean;
    row.push_back(best != nullptr ? number_cell(best->value, 3) : Cell{"–"});
    row.push_back({best != nullptr ? best->model : "–"});
    row.push_back(best != nullptr ? difference_cell({own - best->value, kNone, kNone, kNone, 1}) : Cell{"–"});
    table.rows.push_back(row);
  }
  table.note =
      "Difference: of the first model to the best published score of the set; of means, to the best mean of the "
      "published k-mer models of 120,000 steps.";
  add_means(table, contests, names);
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
