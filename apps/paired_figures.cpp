#include "paired_figures.h"

#include <cmath>
#include <limits>

#include "cmgems/metrics/bootstrap.h"
#include "json_values.h"
#include "result_table.h"

namespace cmgems::apps {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

metrics::Interval interval_of(const std::vector<double>& ours, const std::vector<double>& other, IntervalKind kind) {
  if (ours.empty()) return {kNone, kNone, kNone};
  if (kind == IntervalKind::t) return metrics::paired_difference(ours, other);
  std::vector<double> differences;
  for (std::size_t i = 0; i < ours.size(); ++i) differences.push_back(ours[i] - other[i]);
  return metrics::bootstrap_mean(differences);
}

}  // namespace

PairedFigures paired_figures(const std::vector<double>& ours, const std::vector<double>& other, IntervalKind kind) {
  PairedFigures figures{ours.size(), interval_of(ours, other, kind), {}, {}, kNone, kNone};
  if (ours.size() >= kPairsForT) figures.t = metrics::paired_t_test(ours, other);
  if (ours.size() >= kPairsForWilcoxon) figures.wilcoxon = metrics::wilcoxon_signed_rank(ours, other);
  return figures;
}

void correct_for_many(const std::vector<PairedFigures*>& family) {
  std::vector<double> t, wilcoxon;
  for (const auto* figures : family) {
    t.push_back(figures->t.p);
    wilcoxon.push_back(figures->wilcoxon.p);
  }
  const auto corrected_t = metrics::holm(t), corrected_wilcoxon = metrics::holm(wilcoxon);
  for (std::size_t i = 0; i < family.size(); ++i) {
    family[i]->t_holm = corrected_t[i];
    family[i]->wilcoxon_holm = corrected_wilcoxon[i];
  }
}

nlohmann::ordered_json to_json(const PairedFigures& figures) {
  const auto& [mean, low, high] = figures.difference;
  const bool exact = figures.wilcoxon.method == metrics::WilcoxonMethod::exact;
  return {{"pairs", figures.pairs},
          {"difference", {{"mean", or_null(mean)}, {"low", or_null(low)}, {"high", or_null(high)}}},
          {"t_test",
           {{"t", or_null(figures.t.t)},
            {"degrees", figures.t.degrees},
            {"p", or_null(figures.t.p)},
            {"p_holm", or_null(figures.t_holm)}}},
          {"wilcoxon",
           {{"statistic", or_null(figures.wilcoxon.statistic)},
            {"p", or_null(figures.wilcoxon.p)},
            {"p_holm", or_null(figures.wilcoxon_holm)},
            {"method", exact ? "exact" : "normal"}}}};
}

std::string signed_text(double value, int digits) {
  if (!std::isfinite(value)) return "-";
  return (value < 0 ? "" : "+") + decimals(value, digits);
}

std::string difference_text(const PairedFigures& figures, int digits, double scale) {
  const auto& [mean, low, high] = figures.difference;
  const std::string text = signed_text(scale * mean, digits);
  if (!std::isfinite(low)) return text;
  return text + " [" + signed_text(scale * low, digits) + ", " + signed_text(scale * high, digits) + "]";
}

std::string difference_text(const nlohmann::ordered_json& difference, int digits) {
  PairedFigures figures{};
  figures.difference = {number_or_nan(difference.at("mean")), number_or_nan(difference.at("low")),
                        number_or_nan(difference.at("high"))};
  return difference_text(figures, digits);
}

std::string p_text(double p) {
  if (!std::isfinite(p)) return "-";
  return p < 0.001 ? "<0.001" : decimals(p, 3);
}

}  // namespace cmgems::apps
