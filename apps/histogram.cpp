#include "histogram.h"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <limits>

#include "cmgems/base/log.h"
#include "result_table.h"

namespace cmgems::apps {

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

}  // namespace cmgems::apps
