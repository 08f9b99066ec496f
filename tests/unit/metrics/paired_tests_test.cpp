#include "cmgems/metrics/paired_tests.h"

#include <cmath>
#include <limits>

#include "support/catch.h"

using namespace cmgems::metrics;

namespace {

// scripts/golden/scipy_values.py
const std::vector<double> kA{0.62, 0.71, 0.55, 0.68, 0.59, 0.73, 0.64, 0.66, 0.61, 0.70};
const std::vector<double> kB{0.60, 0.66, 0.56, 0.61, 0.62, 0.65, 0.60, 0.55, 0.67, 0.61};

WilcoxonTest against_zero(const std::vector<double>& differences) {
  return wilcoxon_signed_rank(differences, std::vector<double>(differences.size(), 0.0));
}

}  // namespace

TEST_CASE("paired t-test", "[metrics]") {
  const auto test = paired_t_test(kA, kB);
  CHECK(test.t == Approx(2.0542568136530392));
  CHECK(test.degrees == 9);
  CHECK(test.p == Approx(0.0701290436499244));
  CHECK(paired_t_test(kB, kA).t == Approx(-2.0542568136530392));
  CHECK(paired_t_test(kB, kA).p == Approx(0.0701290436499244));
}

TEST_CASE("a t-test of equal differences, of none and of too few", "[metrics]") {
  const auto sure = paired_t_test(std::vector<double>{0.5, 0.75}, std::vector<double>{0.25, 0.5});
  CHECK(std::isinf(sure.t));
  CHECK(sure.p == 0);
  CHECK(std::isnan(paired_t_test(kA, kA).p));
  CHECK(std::isnan(paired_t_test(std::vector<double>{1}, std::vector<double>{0}).p));
  CHECK(std::isnan(paired_t_test({}, {}).p));
}

TEST_CASE("Wilcoxon's test is exact for few pairs", "[metrics]") {
  const auto test = wilcoxon_signed_rank(kA, kB);
  CHECK(test.statistic == 10);
  CHECK(test.p == Approx(0.083984375));
  CHECK(test.method == WilcoxonMethod::exact);
  // All of five one way: of 32 signs, these and their opposites.
  CHECK(against_zero({1, 2, 3, 4, 5}).p == 2.0 / 32);
  CHECK(against_zero({-1, -2, -3, -4, -5}).p == 2.0 / 32);
  CHECK(against_zero({-1, 2}).p == 1);
}

TEST_CASE("Wilcoxon's test with equal amounts and zeros", "[metrics]") {
  const auto few = against_zero({0.02, 0.05, -0.02, 0.05, 0.0, 0.08, -0.05, 0.11});
  CHECK(few.statistic == 5.5);
  CHECK(few.p == Approx(0.203125));
  CHECK(few.method == WilcoxonMethod::exact);
  std::vector<double> many;
  for (int i = 0; i < 25; ++i) many.push_back(((i * 7) % 10 - 3) / 10.0);
  const auto normal = against_zero(many);
  CHECK(normal.statistic == 69);
  CHECK(normal.p == Approx(0.03511286355855182));
  CHECK(normal.method == WilcoxonMethod::normal);
  // 0.3 - 0.2 and 0.2 - 0.1 are not the same double.
  CHECK(wilcoxon_signed_rank(std::vector<double>{0.3, 0.1}, std::vector<double>{0.2, 0.2}).statistic == 1.5);
  CHECK(std::isnan(against_zero({0, 0, 0}).p));
}

TEST_CASE("Wilcoxon's test of more than fifty pairs is the normal approximation", "[metrics]") {
  std::vector<double> values;
  for (int i = 0; i < 60; ++i) values.push_back(((i * 37) % 101 - 40) / 100.0);
  const auto test = against_zero(values);
  CHECK(test.statistic == 583);
  CHECK(test.p == Approx(0.02263320893600752));
  CHECK(test.method == WilcoxonMethod::normal);
}

TEST_CASE("Holm's correction", "[metrics]") {
  const double none = std::numeric_limits<double>::quiet_NaN();
  // In order: 0.005 * 6, 0.01 * 5, 0.03 * 4, then 0.04 * 3 and 0.04 * 2 that may not be smaller, 0.9.
  const auto corrected = holm(std::vector<double>{0.01, 0.04, none, 0.03, 0.005, 0.9, 0.04});
  const std::vector<double> expected{0.05, 0.12, none, 0.12, 0.03, 0.9, 0.12};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    INFO(i);
    CHECK(std::isnan(corrected[i]) == std::isnan(expected[i]));
    if (!std::isnan(expected[i])) CHECK(corrected[i] == Approx(expected[i]));
  }
  CHECK(holm(std::vector<double>{0.7, 0.8})[0] == 1);
  CHECK(holm({}).empty());
}
