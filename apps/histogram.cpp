#include "histogram.h"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <limits>

#include "cmgems/base/log.h"
#include "result_table.h"
#include "svg.h"

namespace cmgems::apps {
namespace {

constexpr double kWidth = 640, kHeight = 240, kMargin = 40;  // of the bars, and around them

}  // namespace

Histogram histogram(const std::vector<double>& values, std::size_t bins) {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  for (const double value : values) {
    if (std::isnan(value)) continue;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  if (low > high) return {};
  Histogram result{low, (high - low) / static_cast<double>(bins), std::vector<std::size_t>(bins)};
  for (const double value : values) {
    if (std::isnan(value)) continue;
    const double place = result.width > 0 ? (value - low) / result.width : 0;
    ++result.counts[std::min(bins - 1, static_cast<std::size_t>(place))];
  }
  return result;
}

void draw_histogram(std::ostream& out, const Histogram& histogram, std::size_t columns) {
  if (histogram.counts.empty()) return;
  const std::size_t most = *std::max_element(histogram.counts.begin(), histogram.counts.end());
  for (std::size_t i = 0; i < histogram.counts.size(); ++i) {
    const std::size_t count = histogram.counts[i];
    const double share = static_cast<double>(count) / static_cast<double>(most);
    auto length = static_cast<std::size_t>(std::lround(share * static_cast<double>(columns)));
    if (count > 0) length = std::max<std::size_t>(length, 1);
    out << std::setw(9) << decimals(histogram.low + static_cast<double>(i) * histogram.width, 3) << std::setw(12)
        << format_count(count) << (length > 0 ? "  " : "") << std::string(length, '#') << "\n";
  }
}

std::string histogram_svg(const Histogram& histogram, const std::string& title) {
  const auto largest = std::max_element(histogram.counts.begin(), histogram.counts.end());
  const double bar = kWidth / static_cast<double>(histogram.counts.size()), bottom = kMargin + kHeight;
  const auto left = [bar](std::size_t bin) { return kMargin + bar * static_cast<double>(bin); };
  std::string shapes = svg::label(kMargin + kWidth / 2, kMargin / 2, 14, svg::escaped(title));
  for (std::size_t bin = 0; bin < histogram.counts.size(); ++bin) {
    const double height = kHeight * static_cast<double>(histogram.counts[bin]) / static_cast<double>(*largest);
    shapes += svg::rectangle(left(bin) + 1, bottom - height, bar - 2, height, "rgb(8,48,107)");
  }
  const auto fullest = static_cast<std::size_t>(largest - histogram.counts.begin());
  shapes += svg::label(left(fullest) + bar / 2, kMargin - 4, 10, format_count(*largest));
  // every second edge: the numbers of all would touch
  for (std::size_t edge = 0; edge <= histogram.counts.size(); edge += 2) {
    const double value = histogram.low + static_cast<double>(edge) * histogram.width;
    shapes += svg::label(left(edge), bottom + 16, 10, decimals(value, 3));
  }
  return svg::picture(kWidth + 2 * kMargin, kHeight + 2 * kMargin, shapes);
}

}  // namespace cmgems::apps
