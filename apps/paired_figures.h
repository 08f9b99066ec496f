// Paired scores as figures: mean difference with its interval, two tests, and both ways of showing them.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cmgems/metrics/paired.h"
#include "cmgems/metrics/paired_tests.h"

namespace cmgems::apps {

enum class IntervalKind { t, bootstrap };

/// A p-value needs this many pairs: two say nothing, and with five the smallest one that Wilcoxon's test has is 0.0625.
inline constexpr std::size_t kPairsForT = 3, kPairsForWilcoxon = 6;

struct PairedFigures {
  std::size_t pairs = 0;
  metrics::Interval difference;    // ours less the other's; 95%, NaN ends where there is no interval
  metrics::PairedTTest t;          // p is NaN with fewer than kPairsForT pairs
  metrics::WilcoxonTest wilcoxon;  // p is NaN with fewer than kPairsForWilcoxon
  double t_holm, wilcoxon_holm;    // NaN until correct_for_many
};

/// REQUIRES: as many of ours as of the other's.
PairedFigures paired_figures(const std::vector<double>& ours, const std::vector<double>& other, IntervalKind kind);

/// Holm's correction of both p-values over a family of comparisons.
void correct_for_many(const std::vector<PairedFigures*>& family);

nlohmann::ordered_json to_json(const PairedFigures& figures);

/// "+0.012 [-0.003, +0.027]"; "-" for what is not there. Everything is multiplied by `scale` first.
std::string difference_text(const PairedFigures& figures, int digits, double scale = 1);
/// The same of the "difference" of a to_json.
std::string difference_text(const nlohmann::ordered_json& difference, int digits);
/// "+0.012", "-".
std::string signed_text(double value, int digits);
/// "0.021", "<0.001", "-".
std::string p_text(double p);

}  // namespace cmgems::apps
