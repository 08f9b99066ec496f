#include "cmgems/metrics/bootstrap.h"

#include <cmath>
#include <vector>

#include "support/catch.h"

using cmgems::metrics::bootstrap_mean;

TEST_CASE("the bootstrap interval of two values is known", "[metrics]") {
  // Means of two draws from 0 and 1: 0, 1/2 and 1 with probabilities 1/4, 1/2 and 1/4.
  const std::vector<double> values{0, 1};
  const auto wide = bootstrap_mean(values, {.confidence = 0.95, .resamples = 2000});
  CHECK(wide.mean == 0.5);
  CHECK(wide.low == 0);
  CHECK(wide.high == 1);
  const auto narrow = bootstrap_mean(values, {.confidence = 0.4, .resamples = 2000});
  CHECK(narrow.low == 0.5);
  CHECK(narrow.high == 0.5);
  // A single resample is both ends.
  const auto one = bootstrap_mean(values, {.resamples = 1});
  CHECK(one.low == one.high);
}

TEST_CASE("the bootstrap interval is that of SciPy, and the same each time", "[metrics]") {
  // scripts/golden/scipy_values.py, a million resamples.
  const std::vector<double> values{0.62, 0.71, 0.55, 0.68, 0.59, 0.73, 0.64, 0.66, 0.61, 0.70};
  const auto interval = bootstrap_mean(values);
  CHECK(interval.mean == Approx(0.649));
  CHECK(interval.low == Approx(0.615).margin(0.0015));
  CHECK(interval.high == Approx(0.682).margin(0.0015));
  CHECK(bootstrap_mean(values).low == interval.low);
  CHECK(bootstrap_mean(values, {.resamples = 50, .seed = 2}).low !=
        bootstrap_mean(values, {.resamples = 50, .seed = 3}).low);
}

TEST_CASE("a single value has no interval", "[metrics]") {
  const auto single = bootstrap_mean(std::vector<double>{0.25});
  CHECK(single.mean == 0.25);
  CHECK(std::isnan(single.low));
  CHECK(std::isnan(single.high));
}
