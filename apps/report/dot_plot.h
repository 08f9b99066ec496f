// Scores of methods, every run a dot: a row a method, with its mean and interval.
#pragma once

#include <string>
#include <vector>

#include "scale.h"
#include "shapes.h"

namespace cmgems::apps::report {

struct Dot {
  double value = 0;
  std::string tip;
};

struct DotRow {
  std::string name, value_text;
  std::size_t series = 0;              // its colour
  std::vector<Dot> dots;               // NaN is left out
  double mean = 0, low = 0, high = 0;  // NaN: none
  double published = 0;                // NaN: none
};

/// A value that all rows are to be compared with.
struct Reference {
  double value = 0;
  std::string name;
};

struct DotPlot {
  std::string x_title, alternative;
  std::vector<DotRow> rows;
  std::vector<Reference> references{};
};

/// SVG. REQUIRES: a finite value.
std::string dot_plot(const DotPlot& plot, double width);

}  // namespace cmgems::apps::report
