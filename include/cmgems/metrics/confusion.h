// Which classes are taken for which.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace cmgems::metrics {

/// Rows by label (outer) and prediction (inner), [classes][classes].
/// Throws: InternalError when a label or a prediction is not in 0..classes-1, or their numbers differ.
std::vector<std::vector<std::int64_t>> confusion_matrix(std::span<const int> labels, std::span<const int> predictions,
                                                        int classes);

}  // namespace cmgems::metrics
