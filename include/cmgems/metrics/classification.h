// Scores of a classifier from labels and predictions, equal to scikit-learn's definitions.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace cmgems::metrics {

struct ClassificationScores {
  double accuracy = 0;
  double precision = 0;  // macro; 0 where a class is never predicted
  double recall = 0;     // macro
  double f1 = 0;         // macro
  double mcc = 0;        // multi-class Matthews correlation (Gorodkin 2004); 0 when undefined
  double auc = 0;        // binary: area under the ROC curve; more classes: macro one-vs-rest; NaN when undefined
  double balanced_accuracy = 0;                           // mean recall of the classes that occur among the labels
  std::vector<std::vector<std::int64_t>> confusion = {};  // [label][prediction] rows
};

/// probabilities: [rows, classes] row-major, may be empty (auc is then NaN). Predictions are the arg max.
ClassificationScores score_predictions(std::span<const int> labels, std::span<const int> predictions,
                                       std::span<const double> probabilities, int classes);

/// The class of highest probability of each row, the first one of equals. probabilities: [rows, classes] row-major.
std::vector<int> most_likely(std::span<const double> probabilities, int classes);

struct MeanAndDeviation {
  double mean = 0;
  double deviation = 0;  // sample standard deviation (ddof 1), 0 for a single value
};
MeanAndDeviation mean_and_deviation(std::span<const double> values);

}  // namespace cmgems::metrics
