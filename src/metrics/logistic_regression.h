// Logistic regression on sparse rows, minimised by L-BFGS. Private to this layer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace cmgems::metrics {

/// Non-zero features of one row: (feature, value).
using SparseRow = std::vector<std::pair<std::uint32_t, float>>;

struct FitOptions {
  double tolerance = 1e-7;          // of the gradient's norm over that of the weights (at least 1)
  std::span<const double> start{};  // [vectors, features + 1]; empty = zeros
};

/// Minimises the summed log loss + (1 / (2 c)) * |weights|^2; intercepts are not penalised. Two classes have one weight
/// vector (the score of class 1 against 0), more classes one each.
class LogisticRegression {
 public:
  /// REQUIRES: classes >= 2, labels in 0..classes-1, every class occurs.
  /// Throws: InternalError when the minimisation does not converge.
  LogisticRegression(std::span<const SparseRow> rows, std::span<const int> labels, std::size_t classes,
                     std::size_t features, double c, const FitOptions& options = {});

  /// [vectors, features + 1], intercept last
  std::span<const double> weights() const { return weights_; }

  /// REQUIRES: probabilities.size() == classes.
  void predict(const SparseRow& row, std::span<double> probabilities) const;

 private:
  std::size_t classes_;
  std::size_t features_;
  std::vector<double> weights_;  // [vectors, features + 1], intercept last
};

}  // namespace cmgems::metrics
