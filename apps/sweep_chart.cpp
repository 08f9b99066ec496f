#include "sweep_chart.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "report/scale.h"
#include "result_table.h"
#include "svg.h"

namespace cmgems::apps {
namespace {

constexpr double kCellWidth = 96, kCellHeight = 30, kLineHeight = 150, kTitle = 34, kAxis = 40, kMargin = 24;
constexpr double kTicks = 56;  // width of the numbers beside an axis
constexpr double kCap = 8;     // width of the ends of a deviation's bar
constexpr int kWantedTicks = 4;
constexpr double kCharacter = 6.5;  // of a label of size 11, about

struct Range {
  double low = std::numeric_limits<double>::infinity(), high = -std::numeric_limits<double>::infinity();
  /// 0 for the lowest, 1 for the highest; one half when all are equal.
  double share(double value) const { return high > low ? (value - low) / (high - low) : 0.5; }
};

Range range_of(const std::vector<double>& values) {
  Range range;
  for (const double value : values) {
    if (std::isnan(value)) continue;
    range.low = std::min(range.low, value);
    range.high = std::max(range.high, value);
  }
  return range;
}

/// White to dark blue.
std::string colour(double share) {
  const auto mix = [&](double dark) { return decimals(255 + share * (dark - 255), 0); };
  return "rgb(" + mix(8) + "," + mix(48) + "," + mix(107) + ")";
}

/// Names of the rows of a heat map: the combinations of all keys but the last.
std::vector<std::string> row_names(const std::vector<VariedKey>& varied) {
  std::vector<std::string> names{""};
  for (std::size_t i = 0; i + 1 < varied.size(); ++i) {
    std::vector<std::string> longer;
    for (const auto& name : names) {
      for (const auto& value : varied[i].values)
        longer.push_back(name + (name.empty() ? "" : ", ") + varied[i].key + "=" + value);
    }
    names = longer;
  }
  return names;
}

struct Layout {
  std::vector<std::string> rows;
  const VariedKey& columns;
  double left;

  bool line() const { return rows.size() == 1; }
  double plot_width() const { return kCellWidth * static_cast<double>(columns.values.size()); }
  double plot_height() const { return line() ? kLineHeight : kCellHeight * static_cast<double>(rows.size()); }
  double panel_height() const { return kTitle + plot_height() + kAxis; }
  double column(std::size_t i) const { return left + kCellWidth * (static_cast<double>(i) + 0.5); }
};

std::string number(double value) { return std::abs(value) < 10 ? decimals(value, 3) : significant(value); }

std::string heat_map(const Layout& layout, const SweepPanel& panel, double top) {
  const auto range = range_of(panel.values);
  const std::size_t columns = layout.columns.values.size();
  std::string shapes;
  for (std::size_t i = 0; i < panel.values.size(); ++i) {
    const double y = top + kCellHeight * static_cast<double>(i / columns), value = panel.values[i];
    if (i % columns == 0) shapes += svg::label(layout.left / 2, y + 19, 11, svg::escaped(layout.rows[i / columns]));
    if (std::isnan(value)) continue;
    const double share = range.share(value), x = layout.column(i % columns);
    shapes += svg::rectangle(x - kCellWidth / 2 + 1, y + 1, kCellWidth - 2, kCellHeight - 2, colour(share));
    shapes += svg::label(x, y + 19, 11, number(value), share > 0.5 ? "white" : "black");
  }
  return shapes;
}

double deviation_at(const SweepPanel& panel, std::size_t i) {
  const bool told = i < panel.deviations.size() && std::isfinite(panel.deviations[i]);
  return told ? panel.deviations[i] : 0;
}

/// From the lowest to the highest end of a bar.
report::Scale scale_of(const SweepPanel& panel, double top) {
  std::vector<double> ends;
  for (std::size_t i = 0; i < panel.values.size(); ++i) {
    ends.push_back(panel.values[i] - deviation_at(panel, i));
    ends.push_back(panel.values[i] + deviation_at(panel, i));
  }
  const auto range = range_of(ends);
  const bool any = range.low <= range.high;
  return report::linear_scale(any ? range.low : 0, any ? range.high : 1, top + kLineHeight, top + 20, kWantedTicks);
}

/// Both axes, with numbers and faint lines at the ticks of the vertical one.
std::string axes(const Layout& layout, const report::Scale& scale, double top) {
  std::string shapes;
  for (const double tick : scale.ticks) {
    const double y = scale(tick);
    shapes += svg::rectangle(layout.left, y, layout.plot_width(), 1, "rgb(221,221,221)");
    shapes += svg::label(layout.left - kTicks / 2, y + 4, 11, report::tick_text(scale, tick, report::Format::plain));
  }
  shapes += svg::rectangle(layout.left, top + 20, 1, kLineHeight - 20, "black");
  return shapes + svg::rectangle(layout.left, top + kLineHeight, layout.plot_width(), 1, "black");
}

/// One deviation to both sides, with ends.
std::string deviation_bar(double x, double high, double low) {
  std::string shapes = svg::rectangle(x - 0.5, high, 1, low - high, "rgb(90,90,90)");
  for (const double y : {high, low}) shapes += svg::rectangle(x - kCap / 2, y - 0.5, kCap, 1, "rgb(90,90,90)");
  return shapes;
}

std::string line_plot(const Layout& layout, const SweepPanel& panel, double top) {
  const auto height = scale_of(panel, top);
  std::string shapes = axes(layout, height, top);
  std::size_t last = panel.values.size();
  for (std::size_t i = 0; i < panel.values.size(); ++i) {
    const double value = panel.values[i], x = layout.column(i), deviation = deviation_at(panel, i);
    if (std::isnan(value)) continue;
    if (last < i) shapes += svg::line(layout.column(last), height(panel.values[last]), x, height(value), colour(1));
    if (deviation > 0) shapes += deviation_bar(x, height(value + deviation), height(value - deviation));
    shapes += svg::rectangle(x - 3, height(value) - 3, 6, 6, colour(1));
    shapes += svg::label(x, height(value + deviation) - 7, 11, number(value));
    last = i;
  }
  return shapes;
}

std::string draw_panel(const Layout& layout, const SweepPanel& panel, double top) {
  const double plot = top + kTitle, bottom = plot + layout.plot_height(),
               middle = layout.left + layout.plot_width() / 2;
  std::string shapes = svg::label(middle, top + 20, 14, svg::escaped(panel.title));
  shapes += layout.line() ? line_plot(layout, panel, plot) : heat_map(layout, panel, plot);
  for (std::size_t i = 0; i < layout.columns.values.size(); ++i) {
    shapes += svg::label(layout.column(i), bottom + 15, 11, svg::escaped(layout.columns.values[i]));
  }
  return shapes + svg::label(middle, bottom + 30, 11, svg::escaped(layout.columns.key));
}

}  // namespace

std::string sweep_svg(const std::vector<VariedKey>& varied, const std::vector<SweepPanel>& panels) {
  Layout layout{row_names(varied), varied.back(), kMargin};
  std::size_t longest = 0;
  for (const auto& name : layout.rows) longest = std::max(longest, name.size());
  layout.left += layout.line() ? kTicks - kMargin / 2 : kCharacter * static_cast<double>(longest);
  std::string shapes;
  for (std::size_t i = 0; i < panels.size(); ++i) {
    shapes += draw_panel(layout, panels[i], layout.panel_height() * static_cast<double>(i));
  }
  return svg::picture(layout.left + layout.plot_width() + kMargin,
                      layout.panel_height() * static_cast<double>(panels.size()), shapes);
}

}  // namespace cmgems::apps
