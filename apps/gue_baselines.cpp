#include "gue_baselines.h"

#include <algorithm>

#include "baselines.h"
#include "cmgems/metrics/kmer_selection.h"
#include "result_table.h"

namespace cmgems::apps {
namespace {

struct Columns {
  std::vector<std::string> sequences;
  std::vector<int> labels;

  explicit Columns(const tasks::LabelledTable& table) {
    for (const auto& example : table.examples) {
      sequences.push_back(example.sequence);
      labels.push_back(example.label);
    }
  }
};

}  // namespace

StoredScores score_gue_kmers(const tasks::GueData& data, int threads) {
  const Columns train(data.train), dev(data.dev), test(data.test);
  const auto best = metrics::select_kmer_baseline({train.sequences, train.labels}, {dev.sequences, dev.labels},
                                                  test.sequences, data.classes, threads);
  const auto predictions = metrics::most_likely(best.probabilities, data.classes);
  GueScores scores;
  scores.scores = metrics::score_predictions(test.labels, predictions, best.probabilities, data.classes);
  scores.dev_loss = best.dev_loss;
  return {"k-mer logistic regression (k=" + std::to_string(best.k) + ", C=" + significant(best.c) + ")", scores};
}

StoredScores score_gue_majority(const tasks::GueData& data) {
  const Columns test(data.test);
  std::vector<int> counts(static_cast<std::size_t>(data.classes), 0);
  for (const int label : test.labels) ++counts[static_cast<std::size_t>(label)];
  const auto best = static_cast<int>(std::max_element(counts.begin(), counts.end()) - counts.begin());
  const std::vector<int> predictions(test.labels.size(), best);
  GueScores scores;
  scores.scores = metrics::score_predictions(test.labels, predictions, {}, data.classes);
  return {baseline_title("majority"), scores};
}

}  // namespace cmgems::apps
