// Means over runs, as every table and picture of a report shows them.
#pragma once

#include <string>
#include <vector>

#include "document.h"
#include "runs.h"

namespace cmgems::apps::report {

/// Mean, sample standard deviation and the 95% interval of the mean (Student's t); NaN where it needs more runs.
struct Summary {
  double mean = kNone, deviation = kNone, low = kNone, high = kNone;
  std::size_t runs = 0;
};

/// NaN when a value is.
Summary summary_of(const std::vector<double>& values);

/// Of a[i] - b[i] where both methods ran with the same seeds in the same order, else without a number.
Summary difference_of(const Method& a, const Method& b, const std::string& metric);

/// "0.626 ± 0.071", the deviation for several runs only.
std::string mean_text(const Summary& summary);
/// The same, with the mean as the number.
Cell mean_cell(const Summary& summary);
/// "0.552 to 0.699", a dash without an interval.
Cell interval_cell(const Summary& summary);
/// "+0.035 [-0.047, +0.118]".
Cell difference_cell(const Summary& summary);

}  // namespace cmgems::apps::report
