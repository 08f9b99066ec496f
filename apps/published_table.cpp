#include "published_table.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include "cmgems/metrics/classification.h"
#include "published_scores.h"
#include "result_table.h"

namespace cmgems::apps {
namespace {

using nlohmann::ordered_json;

constexpr double kPercent = 100;  // the paper prints correlations so

std::string title_of(const tasks::PublishedModel& model) {
  return std::string(model.name) + (model.global_masks ? " *" : "");
}

/// "74.95 (+1.20)": theirs, and ours less theirs; "0.606 ± 0.045 (+0.014)" with a deviation.
std::string beside_text(double theirs, double own, int digits, std::optional<double> deviation = {}) {
  return decimals(theirs, digits) + (deviation ? " ± " + decimals(*deviation, digits) : "") + " (" +
         signed_text(own - theirs, digits) + ")";
}

void print_note(std::ostream& out, const PublishedScores& scores) {
  const bool any = std::any_of(scores.columns.begin(), scores.columns.end(),
                               [](const auto& column) { return column.model->global_masks; });
  if (any) out << "* " << tasks::kPositionMasksNote << "\n";
}

void print_tests(std::ostream& out, const PublishedScores& scores, int digits, double scale) {
  ResultTable table({"ours against", "pairs", "difference [95%]", "p (t)", "Holm", "p (Wilcoxon)", "Holm"});
  for (const auto& column : scores.columns) {
    const auto& figures = column.against;
    table.add({title_of(*column.model), std::to_string(figures.pairs), difference_text(figures, digits, scale),
               p_text(figures.t.p), p_text(figures.t_holm), p_text(figures.wilcoxon.p), p_text(figures.wilcoxon_holm)});
  }
  table.print(out);
}

ordered_json model_json(const PublishedScores& scores, const PublishedColumn& column) {
  const auto& model = *column.model;
  ordered_json json = {{"name", model.name}, {"source", model.source}, {"global_masks", model.global_masks}};
  for (std::size_t i = 0; i < scores.tasks.size(); ++i) {
    const auto& score = column.scores[i];
    ordered_json one = {{"value", score.value}, {"difference", scores.own[i] - score.value}};
    if (score.deviation) one["deviation"] = *score.deviation;
    json["scores"][scores.tasks[i]] = one;
  }
  json["mean"] = mean_of(values_of(column));
  json["against"] = to_json(column.against);
  return json;
}

ordered_json scores_json(const PublishedScores& scores, const char* metric) {
  ordered_json own, models = ordered_json::array();
  for (std::size_t i = 0; i < scores.tasks.size(); ++i) own[scores.tasks[i]] = scores.own[i];
  for (const auto& column : scores.columns) models.push_back(model_json(scores, column));
  return {{"metric", metric},
          {"own", own},
          {"mean", mean_of(scores.own)},
          {"models", models},
          {"note", tasks::kPositionMasksNote}};
}

/// Positions in scores.tasks of the sets of a group.
std::vector<std::size_t> places_of(const PublishedScores& scores, tasks::Species group) {
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < scores.tasks.size(); ++i) {
    if (tasks::species_of(scores.tasks[i]) == group) places.push_back(i);
  }
  return places;
}

double mean_at(const std::vector<double>& values, const std::vector<std::size_t>& places) {
  double sum = 0;
  for (const auto place : places) sum += values[place];
  return sum / static_cast<double>(places.size());
}

/// Over sets, divided by their number, as the paper has it.
double deviation_over_sets(const std::vector<double>& values) {
  const auto count = static_cast<double>(values.size());
  return metrics::mean_and_deviation(values).deviation * std::sqrt((count - 1) / count);
}

using Columns = std::vector<const PublishedColumn*>;

/// As table 3: mean and deviation over all sets together.
std::vector<std::string> all_sets_row(const PublishedScores& scores, const Columns& columns) {
  const double own = kPercent * mean_of(scores.own);
  std::vector<std::string> cells{"mean ± SD of all " + std::to_string(scores.tasks.size()),
                                 decimals(own, 2) + " ± " + decimals(kPercent * deviation_over_sets(scores.own), 2)};
  for (const auto* column : columns) {
    const auto values = values_of(*column);
    cells.push_back(beside_text(kPercent * mean_of(values), own, 2, kPercent * deviation_over_sets(values)));
  }
  return cells;
}

void print_block(std::ostream& out, const PublishedScores& scores, const Columns& columns) {
  std::vector<std::string> titles{std::string(columns.front()->model->block), "ours"};
  for (const auto* column : columns) titles.push_back(title_of(*column->model));
  ResultTable table(titles);
  for (std::size_t i = 0; i < scores.tasks.size(); ++i) {
    std::vector<std::string> cells{scores.tasks[i], decimals(kPercent * scores.own[i], 2)};
    for (const auto* column : columns) {
      cells.push_back(beside_text(kPercent * column->scores[i].value, kPercent * scores.own[i], 2));
    }
    table.add(cells);
  }
  for (const auto group : {tasks::Species::human, tasks::Species::other}) {
    const auto places = places_of(scores, group);
    if (places.empty()) continue;
    const double own = kPercent * mean_at(scores.own, places);
    std::vector<std::string> cells{
        "mean of " + std::to_string(places.size()) + " " + std::string(tasks::species_word(group)), decimals(own, 2)};
    for (const auto* column : columns) {
      cells.push_back(beside_text(kPercent * mean_at(values_of(*column), places), own, 2));
    }
    table.add(cells);
  }
  table.add(all_sets_row(scores, columns));
  table.print(out);
  out << "\n";
}

void print_blocks(std::ostream& out, const PublishedScores& scores) {
  std::set<std::string_view> printed;
  for (const auto& first : scores.columns) {
    if (!printed.insert(first.model->block).second) continue;
    Columns block;
    for (const auto& column : scores.columns) {
      if (column.model->block == first.model->block) block.push_back(&column);
    }
    print_block(out, scores, block);
  }
}

void print_shares(std::ostream& out, const std::vector<tasks::SetScore>& own) {
  for (const auto& share : tasks::share_of_best(own)) {
    out << tasks::species_word(share.group) << ": " << decimals(kPercent * share.mean, 2) << " over " << share.sets
        << " of " << share.of << " sets is " << percent(share.share())
        << " of the best published k-mer model at 120,000 steps (" << share.best_model << ", "
        << decimals(kPercent * share.best, 2) << " over the same sets), " << (share.reaches_line() ? "above" : "below")
        << " the paper's line of " << percent(tasks::kBestLine, 0) << "\n";
  }
}

}  // namespace

void print_published_few_shot(std::ostream& out, const std::vector<FewShotScore>& own) {
  const auto scores = published_beside(own);
  if (scores.tasks.empty()) return;
  std::vector<std::string> titles{"published accuracy ± deviation (ours less theirs)"};
  titles.insert(titles.end(), scores.tasks.begin(), scores.tasks.end());
  titles.push_back("mean");
  ResultTable table(titles);
  std::vector<std::string> cells{"ours"};
  for (const double value : scores.own) cells.push_back(decimals(value, 3));
  cells.push_back(decimals(mean_of(scores.own), 3));
  table.add(cells);
  for (const auto& column : scores.columns) {
    cells = {title_of(*column.model)};
    for (std::size_t i = 0; i < scores.tasks.size(); ++i) {
      cells.push_back(beside_text(column.scores[i].value, scores.own[i], 3, column.scores[i].deviation));
    }
    cells.push_back(beside_text(mean_of(values_of(column)), mean_of(scores.own), 3));
    table.add(cells);
  }
  table.print(out);
  if (scores.tasks.size() >= kPairsForT) {
    out << "\n";
    print_tests(out, scores, 3, 1);
  }
  out << "\nfrom table 4 of the CM-GEMS paper, ten runs each\n";
  print_note(out, scores);
}

ordered_json published_few_shot_json(const std::vector<FewShotScore>& own) {
  const auto scores = published_beside(own);
  return scores.tasks.empty() ? ordered_json(nullptr) : scores_json(scores, "accuracy");
}

void print_published_gue(std::ostream& out, const std::vector<tasks::SetScore>& own) {
  const auto scores = published_beside(own);
  if (scores.tasks.empty()) return;
  out << "published Matthews correlation x 100 (ours less theirs)\n\n";
  print_blocks(out, scores);
  if (scores.tasks.size() >= kPairsForT) {
    print_tests(out, scores, 2, kPercent);
    out << "\n";
  }
  print_shares(out, own);
  out << "from tables 2 and 6 of the CM-GEMS paper, one run each; SD over sets as in its table 3\n";
  print_note(out, scores);
}

ordered_json published_gue_json(const std::vector<tasks::SetScore>& own) {
  const auto scores = published_beside(own);
  if (scores.tasks.empty()) return nullptr;
  auto json = scores_json(scores, "mcc");
  json["deviation"] = deviation_over_sets(scores.own);
  for (std::size_t i = 0; i < scores.columns.size(); ++i) {
    json["models"][i]["deviation"] = deviation_over_sets(values_of(scores.columns[i]));
  }
  json["share_of_best"] = ordered_json::array();
  for (const auto& share : tasks::share_of_best(own)) {
    json["share_of_best"].push_back({{"species", tasks::species_word(share.group)},
                                     {"sets", share.sets},
                                     {"of", share.of},
                                     {"mean", share.mean},
                                     {"best", share.best},
                                     {"best_model", share.best_model},
                                     {"share", share.share()},
                                     {"line", tasks::kBestLine},
                                     {"reaches_line", share.reaches_line()}});
  }
  return json;
}

}  // namespace cmgems::apps
