#include "dot_plot.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "result_table.h"

namespace cmgems::apps::report {
namespace {

constexpr double kNarrowest = 500;                       // pixels, from which on names stand left of the dots
constexpr double kTop = 12, kBottom = 44, kMargin = 14;  // around the rows
constexpr double kRow = 32, kNarrowRow = 46;             // height of a row
constexpr double kMostForNames = 250, kForValues = 104;  // columns left and right of the dots
constexpr double kReferenceLine = 15;                    // height of its name

struct Layout {
  Scale x;
  bool narrow = false;
  double left = 0, right = 0, top = 0, bottom = 0, row = 0;
  /// The height at which the dots of a row lie.
  double height(std::size_t number) const { return top + row * (static_cast<double>(number) + (narrow ? 0.7 : 0.5)); }
};

Layout layout_of(const DotPlot& plot, double width) {
  Layout layout;
  layout.narrow = width < kNarrowest;
  double low = std::numeric_limits<double>::infinity(), high = -low, names = 0;
  const auto take = [&](double value) {
    if (!std::isfinite(value)) return;
    low = std::min(low, value);
    high = std::max(high, value);
  };
  for (const auto& row : plot.rows) {
    for (const auto& dot : row.dots) take(dot.value);
    for (const double value : {row.mean, row.low, row.high, row.published}) take(value);
    names = std::max(names, text_width(row.name) + 14);
  }
  for (const auto& reference : plot.references) take(reference.value);
  layout.left = layout.narrow ? kMargin : std::min(names, kMostForNames);
  layout.right = width - (layout.narrow ? kMargin : kForValues);
  layout.row = layout.narrow ? kNarrowRow : kRow;
  layout.top = kTop + kReferenceLine * static_cast<double>(plot.references.size());
  layout.bottom = layout.top + layout.row * static_cast<double>(plot.rows.size());
  layout.x = linear_scale(low, high, layout.left + 8, layout.right - 8, layout.narrow ? 4 : 6);
  return layout;
}

std::string axis(const DotPlot& plot, const Layout& layout) {
  std::string shapes;
  for (const double tick : layout.x.ticks) {
    const double x = layout.x(tick);
    shapes += line({x, layout.top}, {x, layout.bottom}, "grid");
    shapes += words({x, layout.bottom + 17}, tick_text(layout.x, tick, Format::plain), "middle", "tick");
  }
  shapes += line({layout.left, layout.bottom}, {layout.right, layout.bottom}, "axis");
  return shapes + words({(layout.left + layout.right) / 2, layout.bottom + 35}, plot.x_title, "middle");
}

std::string references(const DotPlot& plot, const Layout& layout) {
  std::string shapes;
  double y = kTop + 2;
  for (const auto& reference : plot.references) {
    const double x = layout.x(reference.value);
    const bool flip = x + 6 + text_width(reference.name) > layout.right;
    shapes += line({x, y - 8}, {x, layout.bottom}, "reference");
    shapes += words({flip ? x - 5 : x + 5, y}, reference.name, flip ? "end" : "start", "tick");
    y += kReferenceLine;
  }
  return shapes;
}

std::string row_shapes(const DotRow& row, const Layout& layout, std::size_t number) {
  const double y = layout.height(number);
  std::string shapes;
  for (std::size_t i = 0; i < row.dots.size(); ++i) {
    if (!std::isfinite(row.dots[i].value)) continue;
    const double aside = row.dots.size() > 1 ? 4.0 * (static_cast<double>(i % 3) - 1) : 0;  // equal runs stay apart
    shapes += circle({layout.x(row.dots[i].value), y + aside}, 3.4, "run", row.dots[i].tip);
  }
  if (std::isfinite(row.low) && std::isfinite(row.high)) {
    shapes += line({layout.x(row.low), y}, {layout.x(row.high), y}, "interval");
    for (const double end : {row.low, row.high}) {
      shapes += line({layout.x(end), y - 5}, {layout.x(end), y + 5}, "interval");
    }
  }
  if (std::isfinite(row.mean)) {
    shapes += diamond({layout.x(row.mean), y}, 6.5, "mean", row.name + ": mean " + decimals(row.mean, 3));
  }
  if (std::isfinite(row.published)) {
    const std::string tip = row.name + ": published " + decimals(row.published, 3);
    shapes += triangle({layout.x(row.published), y - 9}, 4.5, "published", tip);
  }
  return coloured(row.series, shapes);
}

std::string row_words(const DotRow& row, const Layout& layout, std::size_t number) {
  const double y = layout.height(number);
  if (layout.narrow) {
    const double room = layout.right - layout.left - text_width(row.value_text) - 10;
    return words({layout.left, y - 15}, fitted(row.name, room), "start") +
           words({layout.right, y - 15}, row.value_text, "end", "value");
  }
  return words({layout.left - 10, y + 4}, fitted(row.name, kMostForNames - 14), "end") +
         words({layout.right + 10, y + 4}, row.value_text, "start", "value");
}

}  // namespace

std::string dot_plot(const DotPlot& plot, double width) {
  const auto layout = layout_of(plot, width);
  std::string shapes = axis(plot, layout) + references(plot, layout);
  for (std::size_t i = 0; i < plot.rows.size(); ++i) {
    shapes += row_words(plot.rows[i], layout, i) + row_shapes(plot.rows[i], layout, i);
  }
  return picture(width, layout.bottom + kBottom, plot.alternative, shapes);
}

}  // namespace cmgems::apps::report
