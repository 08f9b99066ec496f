// Whether one method is better than another, from runs on the same rows with the same seeds.
#pragma once

#include <span>

namespace cmgems::metrics {

struct Interval {
  double mean = 0, low = 0, high = 0;
};

/// Mean of a[i] - b[i] and its confidence interval by Student's t; a single pair has no interval (NaN).
/// REQUIRES: as many a as b, one at least; 0 < confidence < 1.
Interval paired_difference(std::span<const double> a, std::span<const double> b, double confidence = 0.95);

}  // namespace cmgems::metrics
