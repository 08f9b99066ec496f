#include "line_chart.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "cmgems/base/log.h"
#include "result_table.h"

namespace cmgems::apps::report {
namespace {

constexpr double kTop = 34, kBottom = 44, kLeft = 56, kRight = 28;  // around the lines
constexpr double kLineHeight = 17;
constexpr double kNarrowest = 500;     // pixels, from which on names stand at the ends of the lines
constexpr double kMostForNames = 200;  // pixels
constexpr double kBold = 1.1;          // wider than other text
constexpr std::size_t kMostDots = 60;  // of one series

struct Range {
  double low = std::numeric_limits<double>::infinity(), high = -std::numeric_limits<double>::infinity();
  void take(double value) {
    if (!std::isfinite(value)) return;
    low = std::min(low, value);
    high = std::max(high, value);
  }
};

struct Frame {
  Scale x, y;
  double left = kLeft, right = 0, top = kTop, bottom = 0, width = 0, height = 0;
  Point at(const Point& point) const { return {x(point.x), y(point.y)}; }
};

std::string step_text(double step) { return format_count(static_cast<unsigned long long>(std::llround(step))); }

std::string value_text(const LineChart& chart, double value) {
  return chart.format == Format::percent ? percent(value, 2) : decimals(value, chart.digits);
}

/// Lines that a legend takes above the chart, and where each name begins.
std::vector<Point> legend_places(const LineChart& chart, double width) {
  std::vector<Point> places;
  double x = kLeft, y = 12;
  for (const auto& series : chart.series) {
    const double needed = 26 + kBold * text_width(series.name) + 14;
    if (x > kLeft && x + needed > width) {
      x = kLeft;
      y += kLineHeight;
    }
    places.push_back({x, y});
    x += needed;
  }
  return places;
}

bool has_legend(const LineChart& chart, double width) { return width < kNarrowest && chart.series.size() > 1; }

Frame frame_of(const LineChart& chart, double width) {
  Frame frame;
  Range x, y;
  double names = 0;
  for (const auto& series : chart.series) {
    names = std::max(names, kBold * text_width(series.name) + 14);
    for (const auto& point : series.points) {
      if (!std::isfinite(point.y)) continue;
      x.take(point.x);
      y.take(point.y);
    }
  }
  for (const auto& mark : chart.marks) x.take(mark.x);
  const bool at_the_ends = width >= kNarrowest && chart.series.size() > 1;
  frame.width = width;
  frame.right = width - (at_the_ends ? std::min(names, kMostForNames) + 6 : kRight);
  if (has_legend(chart, width)) frame.top += legend_places(chart, width).back().y + 6;
  frame.bottom = frame.top + (width < kNarrowest ? 190 : 250);
  frame.height = frame.bottom + kBottom;
  const int wanted = width < kNarrowest ? 4 : 7;
  frame.x = linear_scale(std::min(0.0, x.low), x.high, frame.left, frame.right, wanted, false);
  frame.y = chart.logarithmic ? logarithmic_scale(y.low, y.high, frame.bottom, frame.top, 5)
                              : linear_scale(y.low, y.high, frame.bottom, frame.top, 5);
  return frame;
}

std::string axes(const LineChart& chart, const Frame& frame) {
  std::string shapes;
  for (const double tick : frame.y.ticks) {
    const double y = frame.y(tick);
    shapes += line({frame.left, y}, {frame.right, y}, "grid");
    shapes += words({frame.left - 6, y + 4}, tick_text(frame.y, tick, chart.format), "end", "tick");
  }
  for (const double tick : frame.x.ticks) {
    const double x = frame.x(tick);
    shapes += line({x, frame.bottom}, {x, frame.bottom + 4}, "axis");
    shapes += words({x, frame.bottom + 17}, tick_text(frame.x, tick, Format::count), "middle", "tick");
  }
  shapes += line({frame.left, frame.bottom}, {frame.right, frame.bottom}, "axis");
  shapes += words({(frame.left + frame.right) / 2, frame.bottom + 35}, chart.x_title, "middle", "label");
  return shapes + words({6, frame.top - 12}, chart.y_title + (chart.logarithmic ? " (logarithmic)" : ""), "start");
}

std::string series_shapes(const LineChart& chart, const Series& series, const Frame& frame) {
  std::string shapes;
  std::vector<Point> piece;
  const auto draw_piece = [&] {
    if (piece.size() > 1) shapes += polyline(piece, series.dashed ? "line dashed" : "line");
    piece.clear();
  };
  for (const auto& point : series.points) {
    std::isfinite(point.y) ? piece.push_back(frame.at(point)) : draw_piece();
  }
  draw_piece();
  // many dots would hide the line, and each of them is still to be pointed at
  const std::string look = series.points.size() > kMostDots ? "touch" : "dot";
  for (const auto& point : series.points) {
    if (!std::isfinite(point.y)) continue;
    const std::string place = chart.x_title + " " + step_text(point.x) + ": " + value_text(chart, point.y);
    shapes += circle(frame.at(point), 2.6, look, series.name.empty() ? place : series.name + ", " + place);
  }
  return shapes;
}

/// Names at the ends of the lines, pushed apart where they would touch.
std::string names_at_ends(const LineChart& chart, const Frame& frame) {
  struct Name {
    double y;
    std::size_t series;
  };
  std::vector<Name> names;
  for (std::size_t i = 0; i < chart.series.size(); ++i) {
    const auto& points = chart.series[i].points;
    const auto last = std::find_if(points.rbegin(), points.rend(), [](const auto& p) { return std::isfinite(p.y); });
    if (last != points.rend()) names.push_back({frame.y(last->y) + 4, i});
  }
  std::sort(names.begin(), names.end(), [](const auto& a, const auto& b) { return a.y < b.y; });
  for (std::size_t i = 1; i < names.size(); ++i) names[i].y = std::max(names[i].y, names[i - 1].y + kLineHeight - 2);
  double lowest = frame.bottom + 4;
  for (auto name = names.rbegin(); name != names.rend(); ++name) {
    name->y = std::min(name->y, lowest);
    lowest = name->y - kLineHeight + 2;
  }
  std::string shapes;
  for (const auto& name : names) {
    const auto text = fitted(chart.series[name.series].name, kMostForNames - 12);
    shapes += coloured(name.series, words({frame.right + 8, name.y}, text, "start", "name"));
  }
  return shapes;
}

std::string legend(const LineChart& chart, double width) {
  const auto places = legend_places(chart, width);
  std::string shapes;
  for (std::size_t i = 0; i < places.size(); ++i) {
    const auto [x, y] = places[i];
    const std::string look = chart.series[i].dashed ? "line dashed" : "line";
    shapes += coloured(i, line({x, y - 4}, {x + 20, y - 4}, look) +
                              words({x + 26, y}, fitted(chart.series[i].name, width - x - 26), "start", "name"));
  }
  return shapes;
}

/// Where a line is at x, in pixels from the top: as drawn, straight between its points.
double height_at(const Series& series, const Frame& frame, double x) {
  const Point* before = nullptr;
  for (const auto& point : series.points) {
    if (!std::isfinite(point.y)) continue;
    if (point.x >= x) {
      const double after = frame.y(point.y);
      if (before == nullptr || point.x == x) return after;
      const double first = frame.y(before->y);
      return first + (after - first) * (x - before->x) / (point.x - before->x);
    }
    before = &point;
  }
  return before != nullptr ? frame.y(before->y) : std::nan("");
}

std::string marks(const LineChart& chart, const Frame& frame) {
  std::string shapes;
  double y = frame.top + 10;
  for (const auto& mark : chart.marks) {
    const double x = frame.x(mark.x), height = height_at(chart.series[mark.series], frame, mark.x);
    std::string one = line({x, frame.top}, {x, frame.bottom}, "mark");
    if (std::isfinite(height)) one += diamond({x, height}, 6, "dot", mark.text);
    const auto& text = frame.width < kNarrowest ? mark.brief : mark.text;
    const bool flip = x + 8 + kBold * text_width(text) > frame.right;
    one += words({flip ? x - 8 : x + 8, y}, text, flip ? "end" : "start", "name");
    shapes += coloured(mark.series, one);
    y += kLineHeight;
  }
  return shapes;
}

}  // namespace

bool spans_magnitudes(const std::vector<Series>& series) {
  Range range;
  for (const auto& one : series) {
    for (const auto& point : one.points) range.take(point.y);
  }
  return range.low > 0 && range.high / range.low >= 8;
}

std::vector<Point> thinned(const std::vector<Point>& points, Thinning how, std::size_t most) {
  const std::size_t group = (points.size() + most - 1) / most;
  if (group < 2) return points;
  std::vector<Point> result;
  for (std::size_t begin = 0; begin < points.size(); begin += group) {
    const std::size_t end = std::min(points.size(), begin + group);
    double sum = 0, count = 0, highest = -std::numeric_limits<double>::infinity();
    for (std::size_t i = begin; i < end; ++i) {
      if (!std::isfinite(points[i].y)) continue;
      sum += points[i].y;
      highest = std::max(highest, points[i].y);
      ++count;
    }
    const double value = how == Thinning::maximum ? highest : sum / count;
    result.push_back({points[end - 1].x, count > 0 ? value : std::nan("")});
  }
  return result;
}

std::string line_chart(const LineChart& chart, double width) {
  const auto frame = frame_of(chart, width);
  std::string shapes = axes(chart, frame) + marks(chart, frame);
  for (std::size_t i = 0; i < chart.series.size(); ++i) {
    shapes += coloured(i, series_shapes(chart, chart.series[i], frame));
  }
  if (has_legend(chart, width)) {
    shapes += legend(chart, width);
  } else if (chart.series.size() > 1) {
    shapes += names_at_ends(chart, frame);
  }
  return picture(width, frame.height, chart.alternative, shapes);
}

}  // namespace cmgems::apps::report
