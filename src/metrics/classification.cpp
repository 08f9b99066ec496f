#include "cmgems/metrics/classification.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <string>

#include "cmgems/base/error.h"

namespace cmgems::metrics {
namespace {

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

/// counts[label * classes + prediction]
class ConfusionMatrix {
 public:
  ConfusionMatrix(std::span<const int> labels, std::span<const int> predictions, int classes)
      : classes_(static_cast<std::size_t>(classes)), counts_(classes_ * classes_), rows_(labels.size()) {
    for (std::size_t i = 0; i < labels.size(); ++i) ++counts_[checked(labels[i]) * classes_ + checked(predictions[i])];
  }

  double rows() const { return static_cast<double>(rows_); }
  std::size_t classes() const { return classes_; }
  double hits(std::size_t c) const { return static_cast<double>(counts_[c * classes_ + c]); }
  std::vector<std::vector<std::int64_t>> table() const {
    std::vector<std::vector<std::int64_t>> rows;
    for (auto row = counts_.begin(); row != counts_.end(); row += static_cast<std::ptrdiff_t>(classes_)) {
      rows.emplace_back(row, row + static_cast<std::ptrdiff_t>(classes_));
    }
    return rows;
  }
  double labelled(std::size_t c) const {
    std::uint64_t sum = 0;
    for (std::size_t other = 0; other < classes_; ++other) sum += counts_[c * classes_ + other];
    return static_cast<double>(sum);
  }
  double predicted(std::size_t c) const {
    std::uint64_t sum = 0;
    for (std::size_t other = 0; other < classes_; ++other) sum += counts_[other * classes_ + c];
    return static_cast<double>(sum);
  }

 private:
  std::size_t checked(int value) const {
    if (value < 0 || static_cast<std::size_t>(value) >= classes_) {
      throw InternalError("class " + std::to_string(value) + " is not below " + std::to_string(classes_));
    }
    return static_cast<std::size_t>(value);
  }

  std::size_t classes_;
  std::vector<std::uint64_t> counts_;
  std::size_t rows_;
};

double ratio(double numerator, double denominator) { return denominator > 0 ? numerator / denominator : 0; }

double balanced_accuracy(const ConfusionMatrix& matrix) {
  double present = 0, recalls = 0;
  for (std::size_t c = 0; c < matrix.classes(); ++c) {
    if (matrix.labelled(c) == 0) continue;
    ++present;
    recalls += matrix.hits(c) / matrix.labelled(c);
  }
  return ratio(recalls, present);
}

/// Means over the classes that occur among labels or predictions.
void add_macro_scores(const ConfusionMatrix& matrix, ClassificationScores& scores) {
  double present = 0;
  for (std::size_t c = 0; c < matrix.classes(); ++c) {
    const double labelled = matrix.labelled(c), predicted = matrix.predicted(c);
    if (labelled + predicted == 0) continue;
    ++present;
    scores.precision += ratio(matrix.hits(c), predicted);
    scores.recall += ratio(matrix.hits(c), labelled);
    scores.f1 += 2 * matrix.hits(c) / (labelled + predicted);
  }
  scores.precision = ratio(scores.precision, present);
  scores.recall = ratio(scores.recall, present);
  scores.f1 = ratio(scores.f1, present);
}

/// Covariance of the one-hot labels and predictions over the root of their variances (Gorodkin 2004).
double matthews_correlation(const ConfusionMatrix& matrix) {
  const double n = matrix.rows();
  double hits = 0, both = 0, labelled = 0, predicted = 0;
  for (std::size_t c = 0; c < matrix.classes(); ++c) {
    const double l = matrix.labelled(c), p = matrix.predicted(c);
    hits += matrix.hits(c);
    both += l * p;
    labelled += l * l;
    predicted += p * p;
  }
  return ratio(hits * n - both, std::sqrt((n * n - labelled) * (n * n - predicted)));
}

/// Area under the ROC curve of one class against the rest, from the ranks of its rows; equal scores share their mean
/// rank (Mann and Whitney 1947).
double area_under_curve(std::span<const int> labels, std::span<const double> scores, std::size_t stride, int positive) {
  std::vector<std::size_t> order(labels.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto score = [&](std::size_t row) { return scores[row * stride + static_cast<std::size_t>(positive)]; };
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return score(a) < score(b); });
  double positives = 0, ranks = 0;
  for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    double positives_here = 0;
    for (end = begin; end < order.size() && score(order[end]) == score(order[begin]); ++end) {
      positives_here += labels[order[end]] == positive;
    }
    positives += positives_here;
    ranks += positives_here * static_cast<double>(begin + 1 + end) / 2;
  }
  const double negatives = static_cast<double>(labels.size()) - positives;
  if (positives == 0 || negatives == 0) return kUndefined;
  return (ranks - positives * (positives + 1) / 2) / (positives * negatives);
}

double macro_area(std::span<const int> labels, std::span<const double> probabilities, int classes) {
  const auto finite = [](double value) { return std::isfinite(value); };
  if (probabilities.empty() || !std::all_of(probabilities.begin(), probabilities.end(), finite)) return kUndefined;
  const auto stride = static_cast<std::size_t>(classes);
  if (classes == 2) return area_under_curve(labels, probabilities, stride, 1);
  double sum = 0;
  for (int c = 0; c < classes; ++c) sum += area_under_curve(labels, probabilities, stride, c);
  return sum / classes;
}

}  // namespace

ClassificationScores score_predictions(std::span<const int> labels, std::span<const int> predictions,
                                       std::span<const double> probabilities, int classes) {
  if (classes < 1 || labels.size() != predictions.size() ||
      (!probabilities.empty() && probabilities.size() != labels.size() * static_cast<std::size_t>(classes))) {
    throw InternalError("labels, predictions and probabilities differ in their number of rows");
  }
  const ConfusionMatrix matrix(labels, predictions, classes);
  ClassificationScores scores;
  double hits = 0;
  for (std::size_t c = 0; c < matrix.classes(); ++c) hits += matrix.hits(c);
  scores.accuracy = ratio(hits, matrix.rows());
  add_macro_scores(matrix, scores);
  scores.balanced_accuracy = balanced_accuracy(matrix);
  scores.confusion = matrix.table();
  scores.mcc = matthews_correlation(matrix);
  scores.auc = macro_area(labels, probabilities, classes);
  return scores;
}

std::vector<int> most_likely(std::span<const double> probabilities, int classes) {
  const auto stride = static_cast<std::size_t>(classes);
  std::vector<int> result;
  for (std::size_t begin = 0; begin < probabilities.size(); begin += stride) {
    const auto row = probabilities.subspan(begin, stride);
    result.push_back(static_cast<int>(std::max_element(row.begin(), row.end()) - row.begin()));
  }
  return result;
}

MeanAndDeviation mean_and_deviation(std::span<const double> values) {
  if (values.empty()) return {};
  const auto n = static_cast<double>(values.size());
  MeanAndDeviation result;
  result.mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  double squares = 0;
  for (const double value : values) squares += (value - result.mean) * (value - result.mean);
  result.deviation = values.size() > 1 ? std::sqrt(squares / (n - 1)) : 0;
  return result;
}

}  // namespace cmgems::metrics
