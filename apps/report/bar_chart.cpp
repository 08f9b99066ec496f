#include "bar_chart.h"

#include <algorithm>

#include "cmgems/base/log.h"
#include "result_table.h"
#include "scale.h"
#include "shapes.h"

namespace cmgems::apps::report {
namespace {

constexpr double kLeft = 56, kRight = 14, kTop = 34, kBottom = 44;  // around the bars
constexpr double kNarrowest = 500;                                  // pixels of a wide picture

struct Axes {
  Scale x, y;
  double right = 0, bottom = 0;
};

Axes axes_of(const BarChart& chart, double width) {
  const auto& bins = chart.bins;
  const bool narrow = width < kNarrowest;
  const double high = bins.low + bins.width * static_cast<double>(bins.counts.size());
  const auto most = *std::max_element(bins.counts.begin(), bins.counts.end());
  Axes axes;
  axes.right = width - kRight;
  axes.bottom = kTop + (narrow ? 160 : 210);
  axes.x = linear_scale(bins.low, high, kLeft, axes.right, narrow ? 4 : 8, false);
  axes.y = linear_scale(0, static_cast<double>(most), axes.bottom, kTop, 4);
  return axes;
}

std::string axes_shapes(const BarChart& chart, const Axes& axes) {
  std::string shapes;
  for (const double tick : axes.y.ticks) {
    const double y = axes.y(tick);
    shapes += line({kLeft, y}, {axes.right, y}, "grid");
    shapes += words({kLeft - 6, y + 4}, tick_text(axes.y, tick, Format::count), "end", "tick");
  }
  for (const double tick : axes.x.ticks) {
    const double x = axes.x(tick);
    shapes += line({x, axes.bottom}, {x, axes.bottom + 4}, "axis");
    shapes += words({x, axes.bottom + 17}, tick_text(axes.x, tick, Format::plain), "middle", "tick");
  }
  shapes += line({kLeft, axes.bottom}, {axes.right, axes.bottom}, "axis");
  shapes += words({(kLeft + axes.right) / 2, axes.bottom + 35}, chart.x_title, "middle");
  return shapes + words({6, kTop - 12}, chart.y_title, "start");
}

}  // namespace

std::string bar_chart(const BarChart& chart, double width) {
  const auto axes = axes_of(chart, width);
  const auto& bins = chart.bins;
  std::string bars;
  for (std::size_t i = 0; i < bins.counts.size(); ++i) {
    const double low = bins.low + bins.width * static_cast<double>(i),
                 top = axes.y(static_cast<double>(bins.counts[i]));
    const double left = axes.x(low), right = axes.x(low + bins.width);
    const std::string tip = decimals(low, 3) + " to " + decimals(low + bins.width, 3) + ": " +
                            format_count(bins.counts[i]) + " " + chart.unit;
    bars += box({left + 1, top}, right - left - 2, axes.bottom - top, "bar", tip);
  }
  std::string shapes = axes_shapes(chart, axes) + coloured(0, bars);
  if (axes.x.low < 0 && axes.x.high > 0) shapes += line({axes.x(0), kTop}, {axes.x(0), axes.bottom}, "reference");
  return picture(width, axes.bottom + kBottom, chart.alternative, shapes);
}

}  // namespace cmgems::apps::report
