// The distribution of numbers as bars: of text, or in a picture.
#pragma once

#include <cstddef>
#include <ostream>
#include <string>
#include <vector>

namespace cmgems::apps {

/// Bins of equal width from the lowest to the highest number.
struct Histogram {
  double low = 0;                   // lower edge of the first bin
  double width = 0;                 // of a bin; 0 when all numbers are equal, and then all are in the first bin
  std::vector<std::size_t> counts;  // empty when there is no number
};

/// NaN is left out.
Histogram histogram(const std::vector<double>& values, std::size_t bins);

/// A line a bin: its lower edge, its count, and a bar; the longest bar has `columns` characters.
void draw_histogram(std::ostream& out, const Histogram& histogram, std::size_t columns);

/// SVG: the bars upright, the edges of the first and the last bin below, the largest count beside its bar.
/// REQUIRES: at least one bin.
std::string histogram_svg(const Histogram& histogram, const std::string& title);

}  // namespace cmgems::apps
