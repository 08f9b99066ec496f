#include "attention_drawing.h"

#include <algorithm>
#include <cmath>

#include "svg.h"

namespace cmgems::apps {
namespace {

constexpr std::size_t kCells = 96;
constexpr double kSize = 576, kMargin = 12, kTitle = 28, kTrack = 90;
constexpr std::size_t kLetters = 80;  // bases that have room for letters

/// White for 0, dark blue for the largest; the root shows small values.
std::string colour(double value, double largest) {
  const double share = largest > 0 ? std::sqrt(value / largest) : 0;
  const auto mix = [share](int dark) {
    return std::to_string(255 + static_cast<int>(std::lround((dark - 255) * share)));
  };
  return "rgb(" + mix(8) + "," + mix(48) + "," + mix(107) + ")";
}

/// Means of the cells of a square map: [cells, cells].
std::vector<double> shrink(const std::vector<double>& map, std::size_t tokens, std::size_t cells) {
  std::vector<double> sums(cells * cells, 0), counts(cells * cells, 0);
  for (std::size_t from = 0; from < tokens; ++from) {
    for (std::size_t to = 0; to < tokens; ++to) {
      const std::size_t cell = from * cells / tokens * cells + to * cells / tokens;
      sums[cell] += map[from * tokens + to];
      ++counts[cell];
    }
  }
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i] /= counts[i];
  return sums;
}

std::string heat_map(const infer::AttentionMaps& maps) {
  const auto tokens = maps.ids.size(), cells = std::min(kCells, tokens);
  const auto means = shrink(maps.mean_over_heads(maps.layers.size() - 1), tokens, cells);
  const double largest = *std::max_element(means.begin(), means.end()), side = kSize / static_cast<double>(cells);
  std::string text;
  for (std::size_t row = 0; row < cells; ++row) {
    for (std::size_t column = 0; column < cells; ++column) {
      const double x = kMargin + side * static_cast<double>(column), y = kTitle + side * static_cast<double>(row);
      text += svg::rectangle(x, y, side, side, colour(means[row * cells + column], largest));
    }
  }
  return text;
}

std::string track(const std::string& sequence, const std::vector<double>& importance) {
  const double largest = *std::max_element(importance.begin(), importance.end());
  const double width = kSize / static_cast<double>(importance.size()), bottom = kTitle + kSize + kMargin + kTrack;
  std::string text;
  for (std::size_t base = 0; base < importance.size(); ++base) {
    const double height = largest > 0 ? kTrack * importance[base] / largest : 0;
    const double x = kMargin + width * static_cast<double>(base);
    text += svg::rectangle(x, bottom - height, width, height, "rgb(178,24,43)");
    if (importance.size() <= kLetters) text += svg::label(x + width / 2, bottom + kMargin, 8, sequence.substr(base, 1));
  }
  return text;
}

}  // namespace

std::string attention_svg(const tasks::SequenceRecord& record, const infer::AttentionMaps& maps,
                          const std::vector<double>& importance) {
  const double width = kSize + 2 * kMargin, height = kTitle + kSize + kTrack + 3 * kMargin;
  const std::string title = svg::escaped(record.id) + ": attention in layer " + std::to_string(maps.layers.back()) +
                            ", mean of heads (rows ask, columns are seen); importance of the bases";
  return svg::picture(
      width, height,
      svg::label(width / 2, kTitle - kMargin, 12, title) + heat_map(maps) + track(record.sequence, importance));
}

}  // namespace cmgems::apps
