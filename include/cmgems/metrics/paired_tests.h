// Whether paired scores differ by more than chance: two-sided tests, and their correction when there are many.
#pragma once

#include <limits>
#include <span>
#include <vector>

namespace cmgems::metrics {

struct PairedTTest {
  double t = std::numeric_limits<double>::quiet_NaN();
  double degrees = 0;  // of freedom
  double p = std::numeric_limits<double>::quiet_NaN();
};

/// Student's t-test of the differences a[i] - b[i] (SciPy's ttest_rel). Equal differences have an infinite t and p 0;
/// fewer than two pairs, or no difference anywhere, have NaN.
/// REQUIRES: as many a as b.
PairedTTest paired_t_test(std::span<const double> a, std::span<const double> b);

/// How a p-value of Wilcoxon's test was found.
enum class WilcoxonMethod { exact, normal };

struct WilcoxonTest {
  double statistic = std::numeric_limits<double>::quiet_NaN();  // the smaller one of the two rank sums
  double p = std::numeric_limits<double>::quiet_NaN();
  WilcoxonMethod method = WilcoxonMethod::exact;
};

/// Wilcoxon's signed-rank test of a[i] - b[i] (1945), as SciPy's wilcoxon does it by default: zeros are left out, equal
/// amounts share their mean rank; exact up to 50 pairs, or 13 when there are zeros or equal amounts, and beyond that
/// the normal approximation corrected for ties, not for continuity. Amounts that agree to 12 digits are taken as equal,
/// since sums in floating point blur them. Without any difference: NaN.
/// REQUIRES: as many a as b.
WilcoxonTest wilcoxon_signed_rank(std::span<const double> a, std::span<const double> b);

/// p-values of a family of tests after Holm's step-down correction (1979), in their order; NaN stay so and do not
/// count.
std::vector<double> holm(std::span<const double> p);

}  // namespace cmgems::metrics
