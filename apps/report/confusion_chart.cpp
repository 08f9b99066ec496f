#include "confusion_chart.h"

#include <algorithm>
#include <numeric>

#include "cmgems/base/log.h"
#include "result_table.h"
#include "shapes.h"

namespace cmgems::apps::report {
namespace {

constexpr double kLeft = 74, kTop = 80, kGap = 26;  // beside and above the cells: names; between panels
constexpr double kNarrowestPanel = 234;             // pixels, for the titles
constexpr double kLargest = 76, kSmallest = 26;     // pixels of a cell
constexpr double kHalf = 0.55, kFull = 0.82;        // shares from which on a cell is of middle and of full colour
constexpr double kBold = 1.1;                       // wider than other text
constexpr double kRoomForCounts = 44;               // pixels of a cell that shows its count, too

/// The cells of a panel are squares as large as the width takes, and never too small for their percent.
double cell_of(const ConfusionPanel& panel, double width) {
  const auto classes = static_cast<double>(panel.counts.size());
  const double wanted = classes > 4 ? 46 : kLargest;
  return std::clamp((width - kLeft - 4) / classes, kSmallest, wanted);
}

std::string count_text(std::int64_t count) { return format_count(static_cast<unsigned long long>(count)); }

std::string cell_shapes(const ConfusionPanel& panel, std::size_t truth, std::size_t predicted, Point corner,
                        double size) {
  const auto& row = panel.counts[truth];
  const auto whole = std::accumulate(row.begin(), row.end(), std::int64_t{0});
  const double share = whole > 0 ? static_cast<double>(row[predicted]) / static_cast<double>(whole) : 0;
  const std::string tip = "true " + panel.classes[truth] + ", predicted " + panel.classes[predicted] + ": " +
                          count_text(row[predicted]) + " (" + percent(share) + " of its class)";
  const std::string look = share > kFull ? "on" : share > kHalf ? "half" : "value";
  const double middle = corner.x + size / 2;
  std::string shapes = box({corner.x + 1, corner.y + 1}, size - 2, size - 2, "cell", tip, share);
  if (size < kRoomForCounts)
    return shapes + words({middle, corner.y + size / 2 + 4}, decimals(100 * share, 0), "middle", look);
  shapes += words({middle, corner.y + size / 2 - 1}, percent(share, 0), "middle", look);
  return shapes + words({middle, corner.y + size / 2 + 15}, count_text(row[predicted]), "middle", look + " small");
}

std::string panel_shapes(const ConfusionPanel& panel, Point corner, double size, double width) {
  const double left = corner.x + kLeft, top = corner.y + kTop;
  const double cells = size * static_cast<double>(panel.counts.size());
  std::string shapes = words({corner.x, corner.y + 14}, fitted(panel.task, width / kBold), "start", "heading");
  shapes += words({corner.x, corner.y + 30}, fitted(panel.method, width), "start");
  shapes += words({left + cells / 2, corner.y + 54}, "predicted", "middle", "tick");
  shapes += words({corner.x, top - 8}, "true", "start", "tick");
  for (std::size_t i = 0; i < panel.counts.size(); ++i) {
    const double place = size * (static_cast<double>(i) + 0.5);
    shapes += words({left + place, top - 8}, fitted(panel.classes[i], size), "middle", "tick");
    shapes += words({left - 8, top + place + 4}, fitted(panel.classes[i], kLeft - 10), "end", "tick");
    for (std::size_t j = 0; j < panel.counts.size(); ++j) {
      const Point at{left + size * static_cast<double>(j), top + size * static_cast<double>(i)};
      shapes += cell_shapes(panel, i, j, at, size);
    }
  }
  return coloured(0, shapes);
}

}  // namespace

std::string confusion_chart(const std::vector<ConfusionPanel>& panels, const std::string& alternative, double width) {
  std::string shapes;
  double x = 0, y = 0, row = 0, whole = width;
  for (const auto& panel : panels) {
    const double size = cell_of(panel, width), cells = size * static_cast<double>(panel.counts.size());
    const double wide = std::max(kLeft + cells, kNarrowestPanel), high = kTop + cells + kGap;
    if (x > 0 && x + wide > width) {
      x = 0;
      y += row;
      row = 0;
    }
    shapes += panel_shapes(panel, {x, y}, size, wide);
    whole = std::max(whole, x + wide + 4);
    x += wide + kGap;
    row = std::max(row, high);
  }
  return picture(whole, y + row - kGap + 4, alternative, shapes);
}

}  // namespace cmgems::apps::report
