// The distribution of numbers as bars.
#pragma once

#include <string>

#include "histogram.h"

namespace cmgems::apps::report {

struct BarChart {
  std::string x_title, y_title, alternative;
  Histogram bins;
  std::string unit;  // what is counted, for the tips
};

/// SVG. REQUIRES: a bin of a width above 0.
std::string bar_chart(const BarChart& chart, double width);

}  // namespace cmgems::apps::report
