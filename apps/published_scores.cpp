#include "published_scores.h"

#include "cmgems/metrics/classification.h"

namespace cmgems::apps {
namespace {

void add(PublishedScores& scores, const std::string& task, double own,
         const std::vector<tasks::PublishedScore>& published) {
  if (published.empty()) return;
  scores.tasks.push_back(task);
  scores.own.push_back(own);
  for (std::size_t i = 0; i < published.size(); ++i) {
    if (i == scores.columns.size()) scores.columns.push_back({published[i].model, {}, {}});
    scores.columns[i].scores.push_back(published[i]);
  }
}

void test(PublishedScores& scores) {
  std::vector<PairedFigures*> family;
  for (auto& column : scores.columns) {
    column.against = paired_figures(scores.own, values_of(column), IntervalKind::t);
    family.push_back(&column.against);
  }
  correct_for_many(family);
}

}  // namespace

PublishedScores published_beside(const std::vector<FewShotScore>& own) {
  PublishedScores scores;
  for (const auto& [task, shots, accuracy] : own) {
    add(scores, task + "-" + std::to_string(shots), accuracy, tasks::published_few_shot(task, shots));
  }
  test(scores);
  return scores;
}

PublishedScores published_beside(const std::vector<tasks::SetScore>& own) {
  PublishedScores scores;
  for (const auto& [set, value] : own) add(scores, std::string(set), value, tasks::published_gue(set));
  test(scores);
  return scores;
}

double mean_of(const std::vector<double>& values) { return metrics::mean_and_deviation(values).mean; }

std::vector<double> values_of(const PublishedColumn& column) {
  std::vector<double> values;
  for (const auto& score : column.scores) values.push_back(score.value);
  return values;
}

}  // namespace cmgems::apps
