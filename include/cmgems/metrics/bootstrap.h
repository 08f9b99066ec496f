// How far a mean may be off, without assuming a distribution.
#pragma once

#include <cstdint>
#include <span>

#include "cmgems/metrics/paired.h"

namespace cmgems::metrics {

struct BootstrapOptions {
  double confidence = 0.95;
  std::uint32_t resamples = 10'000;
  std::uint64_t seed = 1;
};

/// Mean of `values` and its percentile bootstrap interval (Efron 1979): quantiles, interpolated linearly, of the means
/// of samples of the same size drawn with replacement. A pure function of its arguments; a single value has no interval
/// (NaN). With few values it is too narrow, and Student's t the safer one.
/// REQUIRES: one value at least; 0 < confidence < 1; one resample at least.
Interval bootstrap_mean(std::span<const double> values, const BootstrapOptions& options = {});

}  // namespace cmgems::metrics
