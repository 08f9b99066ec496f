#include "baselines.h"

#include <algorithm>

#include "cmgems/base/error.h"
#include "cmgems/metrics/kmer_baseline.h"

namespace cmgems::apps {
namespace {

struct Columns {
  std::vector<std::string> sequences;
  std::vector<int> labels;
  void add(const tasks::Example& example) {
    sequences.push_back(example.sequence);
    labels.push_back(example.label);
  }
};

Columns test_columns(const tasks::TaskData& task) {
  Columns columns;
  for (const auto& example : task.test.examples) columns.add(example);
  return columns;
}

metrics::ClassificationScores score_kmers(const Draw& draw) {
  Columns train;
  for (const auto row : draw.rows) train.add(draw.task.pool.examples[row]);
  const auto test = test_columns(draw.task);
  const int classes = draw.task.classes;
  const auto probabilities = metrics::kmer_baseline(train.sequences, train.labels, test.sequences, classes);
  const auto predictions = metrics::most_likely(probabilities, classes);
  return metrics::score_predictions(test.labels, predictions, probabilities, classes);
}

/// What no constant prediction can beat: always the most frequent class of the test set.
metrics::ClassificationScores score_majority(const Draw& draw) {
  const auto test = test_columns(draw.task);
  std::vector<int> counts(static_cast<std::size_t>(draw.task.classes), 0);
  for (const int label : test.labels) ++counts[static_cast<std::size_t>(label)];
  const auto best = static_cast<int>(std::max_element(counts.begin(), counts.end()) - counts.begin());
  const std::vector<int> predictions(test.labels.size(), best);
  return metrics::score_predictions(test.labels, predictions, {}, draw.task.classes);
}

}  // namespace

std::string baseline_title(const std::string& name) {
  if (name == "kmer") return "k-mer logistic regression (3-mers)";
  if (name == "majority") return "majority class";
  return "same encoder, random weights";
}

metrics::ClassificationScores score_baseline(const std::string& name, const Draw& draw) {
  if (name == "kmer") return score_kmers(draw);
  if (name == "majority") return score_majority(draw);
  if (name != "random-encoder") throw InternalError("no baseline " + name);
  return draw.finetuner.run(draw.rows, draw.seed, {/*random_weights=*/true, {}, draw.on_progress}).model;
}

}  // namespace cmgems::apps
