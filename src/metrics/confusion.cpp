#include "cmgems/metrics/confusion.h"

#include <string>

#include "cmgems/base/error.h"

namespace cmgems::metrics {

std::vector<std::vector<std::int64_t>> confusion_matrix(std::span<const int> labels, std::span<const int> predictions,
                                                        int classes) {
  const auto known = [&](int value) { return value >= 0 && value < classes; };
  const auto size = static_cast<std::size_t>(classes);
  std::vector<std::vector<std::int64_t>> counts(size, std::vector<std::int64_t>(size, 0));
  if (labels.size() != predictions.size()) throw InternalError("labels and predictions differ in their number");
  for (std::size_t row = 0; row < labels.size(); ++row) {
    if (!known(labels[row]) || !known(predictions[row])) {
      throw InternalError("a label or prediction is not in 0.." + std::to_string(classes - 1));
    }
    ++counts[static_cast<std::size_t>(labels[row])][static_cast<std::size_t>(predictions[row])];
  }
  return counts;
}

}  // namespace cmgems::metrics
