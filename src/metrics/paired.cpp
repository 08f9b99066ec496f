#include "cmgems/metrics/paired.h"

#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "cmgems/metrics/classification.h"

namespace cmgems::metrics {

Interval paired_difference(std::span<const double> a, std::span<const double> b, double confidence) {
  std::vector<double> differences;
  for (std::size_t i = 0; i < a.size(); ++i) differences.push_back(a[i] - b[i]);
  const auto [mean, deviation] = mean_and_deviation(differences);
  if (differences.size() < 2) {
    const double none = std::numeric_limits<double>::quiet_NaN();
    return {mean, none, none};
  }
  const auto count = static_cast<double>(differences.size());
  const double t = boost::math::quantile(boost::math::students_t(count - 1), (1 + confidence) / 2);
  const double half = t * deviation / std::sqrt(count);
  return {mean, mean - half, mean + half};
}

}  // namespace cmgems::metrics
