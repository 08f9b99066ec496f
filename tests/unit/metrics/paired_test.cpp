#include "cmgems/metrics/paired.h"

#include <cmath>
#include <vector>

#include "support/catch.h"

using cmgems::metrics::paired_difference;

TEST_CASE("the difference of paired runs has the interval of Student's t", "[metrics]") {
  // Differences 1, 2, 3, 4, 5: mean 3, deviation sqrt(2.5), t(4, 97.5%) = 2.776445 (tables), half 2.776445 * sqrt(0.5).
  const std::vector<double> a{2, 4, 6, 8, 10}, b{1, 2, 3, 4, 5};
  const auto [mean, low, high] = paired_difference(a, b);
  CHECK(mean == Approx(3));
  CHECK(low == Approx(3 - 1.963243).epsilon(1e-6));
  CHECK(high == Approx(3 + 1.963243).epsilon(1e-6));
  CHECK(paired_difference(a, b, 0.5).high == Approx(3 + 0.740697 * std::sqrt(0.5)).epsilon(1e-6));
}

TEST_CASE("equal differences have an interval of no width, a single one has none", "[metrics]") {
  const std::vector<double> a{0.5, 0.75}, b{0.25, 0.5};
  const auto equal = paired_difference(a, b);
  CHECK(equal.low == 0.25);
  CHECK(equal.high == 0.25);
  const auto single = paired_difference(std::vector<double>{1}, std::vector<double>{0.5});
  CHECK(single.mean == 0.5);
  CHECK(std::isnan(single.low));
}
