// Values over the steps of a run: one line a series, named at its end.
#pragma once

#include <string>
#include <vector>

#include "scale.h"
#include "shapes.h"

namespace cmgems::apps::report {

struct Series {
  std::string name;
  std::vector<Point> points;  // ascending x; a NaN interrupts the line
  bool dashed = false;
  bool peaks = false;  // the highest values are what matters where there are too many
};

/// Something that happened at a step: a diamond on the line, and words, fewer of them where there is little room.
struct Mark {
  double x = 0;
  std::size_t series = 0;
  std::string text, brief;
};

struct LineChart {
  std::string title, x_title, y_title, alternative;
  std::vector<Series> series;
  std::vector<Mark> marks{};
  Format format = Format::plain;
  bool logarithmic = false;
  int digits = 3;  // decimals of y in the tips
};

/// A logarithmic axis is worth it where the values span a factor of eight. REQUIRES: a finite value, all positive.
bool spans_magnitudes(const std::vector<Series>& series);

enum class Thinning { mean, maximum };

/// No more than `most` points, each the mean or the maximum of as many neighbours as it takes.
std::vector<Point> thinned(const std::vector<Point>& points, Thinning how = Thinning::mean, std::size_t most = 200);

/// SVG. REQUIRES: a finite value in some series; positive ones on a logarithmic axis.
std::string line_chart(const LineChart& chart, double width);

}  // namespace cmgems::apps::report
