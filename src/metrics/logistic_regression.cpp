#include "logistic_regression.h"

#include <lbfgs.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>

#include "cmgems/base/error.h"

namespace cmgems::metrics {
namespace {

/// Two classes need one weight vector; it then belongs to class 1.
std::size_t vectors_of(std::size_t classes) { return classes == 2 ? 1 : classes; }
std::size_t first_class(std::size_t classes) { return classes == 2 ? 1 : 0; }

/// Fills `result` [classes] with log probabilities under `weights` [vectors, features + 1].
void log_probabilities(const double* weights, std::size_t features, const SparseRow& row, std::span<double> result) {
  std::fill(result.begin(), result.end(), 0.0);
  for (std::size_t c = first_class(result.size()); c < result.size(); ++c, weights += features + 1) {
    result[c] = weights[features];
    for (const auto& [feature, value] : row) result[c] += weights[feature] * value;
  }
  const double highest = *std::max_element(result.begin(), result.end());
  double sum = 0;
  for (const double score : result) sum += std::exp(score - highest);
  const double normaliser = highest + std::log(sum);
  for (double& score : result) score -= normaliser;
}

struct Problem {
  std::span<const SparseRow> rows;
  std::span<const int> labels;
  std::size_t classes;
  std::size_t features;
  double c;

  std::size_t parameters() const { return vectors_of(classes) * (features + 1); }

  double penalty(const double* weights, double* gradient) const {
    double squares = 0;
    for (std::size_t i = 0; i < parameters(); ++i) {
      const bool intercept = i % (features + 1) == features;
      gradient[i] = intercept ? 0 : weights[i] / c;
      squares += intercept ? 0 : weights[i] * weights[i];
    }
    return squares / (2 * c);
  }

  void add_gradient(const SparseRow& row, double residual, double* gradient) const {
    gradient[features] += residual;
    for (const auto& [feature, value] : row) gradient[feature] += residual * value;
  }

  double evaluate(const double* weights, double* gradient) const {
    double loss = penalty(weights, gradient);
    std::vector<double> logs(classes);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto label = static_cast<std::size_t>(labels[i]);
      log_probabilities(weights, features, rows[i], logs);
      loss -= logs[label];
      double* part = gradient;
      for (std::size_t k = first_class(classes); k < classes; ++k, part += features + 1) {
        add_gradient(rows[i], std::exp(logs[k]) - (k == label ? 1 : 0), part);
      }
    }
    return loss;
  }
};

double evaluate_callback(void* problem, const double* weights, double* gradient, int, double) {
  return static_cast<const Problem*>(problem)->evaluate(weights, gradient);
}

bool nearly_flat(const Problem& problem, const double* weights) {
  std::vector<double> gradient(problem.parameters());
  problem.evaluate(weights, gradient.data());
  double squares = 0;
  for (const double slope : gradient) squares += slope * slope;
  return std::sqrt(squares) < 1e-2;
}

/// The line search cannot resolve the loss below its last bits and then gives up with an error code, always at the
/// minimum of a strictly convex problem; the gradient tells whether it was.
std::vector<double> minimise(Problem problem, const FitOptions& options) {
  const auto count = problem.parameters();
  // The library's vector instructions need its own allocation.
  const std::unique_ptr<double, decltype(&lbfgs_free)> weights(lbfgs_malloc(static_cast<int>(count)), lbfgs_free);
  if (!weights) throw InternalError("no memory for the k-mer baseline");
  std::fill_n(weights.get(), count, 0.0);
  if (!options.start.empty()) std::copy(options.start.begin(), options.start.end(), weights.get());
  lbfgs_parameter_t parameters;
  lbfgs_parameter_init(&parameters);
  parameters.m = 10;
  parameters.epsilon = options.tolerance;
  parameters.max_iterations = 10000;
  const int code =
      lbfgs(static_cast<int>(count), weights.get(), nullptr, evaluate_callback, nullptr, &problem, &parameters);
  if (code < 0 && !nearly_flat(problem, weights.get())) {
    throw InternalError("the k-mer baseline did not converge (L-BFGS code " + std::to_string(code) + ")");
  }
  return {weights.get(), weights.get() + count};
}

}  // namespace

LogisticRegression::LogisticRegression(std::span<const SparseRow> rows, std::span<const int> labels,
                                       std::size_t classes, std::size_t features, double c, const FitOptions& options)
    : classes_(classes), features_(features), weights_(minimise({rows, labels, classes, features, c}, options)) {}

void LogisticRegression::predict(const SparseRow& row, std::span<double> probabilities) const {
  log_probabilities(weights_.data(), features_, row, probabilities.first(classes_));
  for (double& probability : probabilities) probability = std::exp(probability);
}

}  // namespace cmgems::metrics
