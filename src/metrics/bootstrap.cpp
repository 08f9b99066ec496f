#include "cmgems/metrics/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "cmgems/base/random.h"
#include "cmgems/metrics/classification.h"

namespace cmgems::metrics {
namespace {

double resampled_mean(std::span<const double> values, RandomStream stream) {
  double sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i)
    sum += values[stream.below(static_cast<std::uint32_t>(values.size()))];
  return sum / static_cast<double>(values.size());
}

/// Linear between the two nearest of the sorted values (type 7 of Hyndman and Fan 1996).
double quantile(const std::vector<double>& sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const auto above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - std::floor(place)) * (sorted[above] - sorted[below]);
}

}  // namespace

Interval bootstrap_mean(std::span<const double> values, const BootstrapOptions& options) {
  const double mean = mean_and_deviation(values).mean;
  if (values.size() < 2) {
    const double none = std::numeric_limits<double>::quiet_NaN();
    return {mean, none, none};
  }
  std::vector<double> means;
  means.reserve(options.resamples);
  for (std::uint32_t i = 0; i < options.resamples; ++i) {
    means.push_back(resampled_mean(values, RandomStream(options.seed, Purpose::bootstrap, i)));
  }
  std::sort(means.begin(), means.end());
  const double tail = (1 - options.confidence) / 2;
  return {mean, quantile(means, tail), quantile(means, 1 - tail)};
}

}  // namespace cmgems::metrics
