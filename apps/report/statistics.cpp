#include "statistics.h"

#include <algorithm>
#include <cmath>

#include "cmgems/metrics/classification.h"
#include "cmgems/metrics/paired.h"
#include "paired_figures.h"
#include "result_table.h"

namespace cmgems::apps::report {
namespace {

constexpr int kDigits = 3;

std::vector<std::pair<std::string, double>> bounds_of(const Summary& summary) {
  return {{"low", summary.low}, {"high", summary.high}};
}

}  // namespace

Summary summary_of(const std::vector<double>& values) {
  Summary summary;
  summary.runs = values.size();
  const bool defined = std::all_of(values.begin(), values.end(), [](double value) { return std::isfinite(value); });
  if (values.empty() || !defined) return summary;
  const auto [mean, deviation] = metrics::mean_and_deviation(values);
  summary.mean = mean;
  if (values.size() < 2) return summary;
  summary.deviation = deviation;
  // The interval of a mean is that of the difference to nothing.
  const auto interval = metrics::paired_difference(values, std::vector<double>(values.size(), 0.0));
  summary.low = interval.low;
  summary.high = interval.high;
  return summary;
}

Summary difference_of(const Method& a, const Method& b, const std::string& metric) {
  const bool paired = std::equal(a.runs.begin(), a.runs.end(), b.runs.begin(), b.runs.end(),
                                 [](const auto& one, const auto& other) { return one.seed == other.seed; });
  if (!paired) return {};
  std::vector<double> differences;
  for (std::size_t i = 0; i < a.runs.size(); ++i) {
    differences.push_back(a.runs[i].value(metric) - b.runs[i].value(metric));
  }
  return summary_of(differences);
}

std::string mean_text(const Summary& summary) {
  if (!std::isfinite(summary.mean)) return "–";
  const bool several = std::isfinite(summary.deviation);
  return decimals(summary.mean, kDigits) + (several ? " ± " + decimals(summary.deviation, kDigits) : "");
}

Cell mean_cell(const Summary& summary) {
  if (!std::isfinite(summary.mean)) return {"–"};
  Cell cell{mean_text(summary), summary.mean};
  if (std::isfinite(summary.deviation)) cell.parts = {{"deviation", summary.deviation}};
  return cell;
}

Cell interval_cell(const Summary& summary) {
  if (!std::isfinite(summary.low)) return {"–"};
  return {decimals(summary.low, kDigits) + " to " + decimals(summary.high, kDigits), std::nullopt, bounds_of(summary)};
}

Cell difference_cell(const Summary& summary) {
  if (!std::isfinite(summary.mean)) return {"–"};
  Cell cell{signed_text(summary.mean, kDigits), summary.mean};
  if (!std::isfinite(summary.low)) return cell;
  cell.text += " [" + signed_text(summary.low, kDigits) + ", " + signed_text(summary.high, kDigits) + "]";
  cell.parts = bounds_of(summary);
  return cell;
}

}  // namespace cmgems::apps::report
