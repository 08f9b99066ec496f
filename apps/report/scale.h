// From values to pixels, with round numbers along the way.
#pragma once

#include <string>
#include <vector>

namespace cmgems::apps::report {

enum class Format { plain, percent, count };

/// An axis: values from `low` to `high` lie at pixels from `from` to `to`.
struct Scale {
  double low = 0, high = 1, from = 0, to = 1;
  bool logarithmic = false;
  std::vector<double> ticks;  // within [low, high], ascending

  double operator()(double value) const;
};

/// About `wanted` ticks of 1, 2 or 5 times a power of ten. `widened` to the ticks around both ends, or exactly
/// [low, high]. Equal ends get room around them. REQUIRES: low <= high, finite.
Scale linear_scale(double low, double high, double from, double to, int wanted, bool widened = true);
/// Ticks at powers of ten, with 2 and 5 times them where there are few. REQUIRES: 0 < low <= high.
Scale logarithmic_scale(double low, double high, double from, double to, int wanted);

/// The shortest text that tells the ticks of a scale apart: 0.05, 1,500, 2e-05, 10%.
std::string tick_text(const Scale& scale, double tick, Format format);

}  // namespace cmgems::apps::report
