#include "scale.h"

#include <algorithm>
#include <cmath>

#include "cmgems/base/log.h"
#include "result_table.h"

namespace cmgems::apps::report {
namespace {

constexpr double kRounding = 1e-9;  // of a step

/// 1, 2 or 5 times a power of ten, not below `value`.
double round_up(double value) {
  const double power = std::pow(10, std::floor(std::log10(value)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= value * (1 - kRounding)) return factor * power;
  }
  return 10 * power;
}

int decimals_of(double step) { return std::max(0, -static_cast<int>(std::floor(std::log10(step) + kRounding))); }

/// Powers of ten and some multiples of them, from low to high.
std::vector<double> logarithmic_ticks(double low, double high, const std::vector<double>& factors) {
  std::vector<double> ticks;
  for (double power = std::pow(10, std::floor(std::log10(low))); power <= high * (1 + kRounding); power *= 10) {
    for (const double factor : factors) {
      const double tick = factor * power;
      if (tick >= low * (1 - kRounding) && tick <= high * (1 + kRounding)) ticks.push_back(tick);
    }
  }
  return ticks;
}

}  // namespace

double Scale::operator()(double value) const {
  const double share = logarithmic ? std::log(value / low) / std::log(high / low) : (value - low) / (high - low);
  return from + share * (to - from);
}

Scale linear_scale(double low, double high, double from, double to, int wanted, bool widened) {
  if (high - low <= kRounding * std::max(std::abs(low), std::abs(high))) {
    const double room = low == 0 ? 1 : std::abs(low) * 0.1;
    low -= room;
    high += room;
  }
  const double step = round_up((high - low) / wanted);
  if (widened) {
    low = std::floor(low / step + kRounding) * step;
    high = std::ceil(high / step - kRounding) * step;
  }
  Scale scale{low, high, from, to, false, {}};
  const auto last = static_cast<long>(std::floor(high / step + kRounding));
  for (auto i = static_cast<long>(std::ceil(low / step - kRounding)); i <= last; ++i) {
    scale.ticks.push_back(static_cast<double>(i) * step);
  }
  return scale;
}

Scale logarithmic_scale(double low, double high, double from, double to, int wanted) {
  if (high < low * 1.1) {
    low /= 1.1;
    high *= 1.1;
  }
  const double margin = std::pow(high / low, 0.03);
  Scale scale{low / margin, high * margin, from, to, true, {}};
  for (const auto& factors : {std::vector<double>{1}, {1, 3}, {1, 2, 5}, {1, 1.5, 2, 3, 4, 5, 6, 8}}) {
    scale.ticks = logarithmic_ticks(scale.low, scale.high, factors);
    if (static_cast<int>(scale.ticks.size()) >= std::min(wanted, 3)) break;
  }
  return scale;
}

std::string tick_text(const Scale& scale, double tick, Format format) {
  const double factor = format == Format::percent ? 100 : 1;
  const std::string unit = format == Format::percent ? "%" : "";
  const double value = tick * factor;
  const double largest = factor * std::max(std::abs(scale.low), std::abs(scale.high));
  if (largest >= 1000 && std::abs(value) >= 1000) {
    return (value < 0 ? "-" : "") + format_count(static_cast<unsigned long long>(std::llround(std::abs(value)))) + unit;
  }
  if (scale.logarithmic) return significant(value) + unit;
  const double step = scale.ticks.size() > 1 ? factor * (scale.ticks[1] - scale.ticks[0]) : std::max(largest, 1.0);
  if (largest > 0 && largest < 1e-3) return std::abs(value) < step / 2 ? "0" : significant(value) + unit;
  return decimals(std::abs(value) < step / 2 ? 0 : value, decimals_of(step)) + unit;
}

}  // namespace cmgems::apps::report
