#include "cmgems/metrics/paired_tests.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <numeric>

#include "cmgems/metrics/classification.h"

namespace cmgems::metrics {
namespace {

constexpr std::size_t kExactPairs = 50, kExactPairsWithTies = 13;
constexpr double kSameAmount = 1e-12;

std::vector<double> differences_of(std::span<const double> a, std::span<const double> b) {
  std::vector<double> differences;
  for (std::size_t i = 0; i < a.size(); ++i) differences.push_back(a[i] - b[i]);
  return differences;
}

/// Differences that are not zero, and twice the rank of each by its amount: with shared ranks a whole number, too.
struct SignedRanks {
  std::vector<double> differences;
  std::vector<std::size_t> doubled_ranks;
  double tie_sum = 0;  // of t^3 - t over groups of t equal amounts
  bool zeros = false;

  std::size_t size() const { return differences.size(); }
  std::size_t doubled_total() const { return size() * (size() + 1); }
  std::size_t doubled_positive() const {
    std::size_t sum = 0;
    for (std::size_t i = 0; i < size(); ++i) sum += differences[i] > 0 ? doubled_ranks[i] : 0;
    return sum;
  }
};

SignedRanks signed_ranks(const std::vector<double>& all) {
  double largest = 0;
  for (const double difference : all) largest = std::max(largest, std::abs(difference));
  const double same = kSameAmount * largest;
  SignedRanks ranks;
  for (const double difference : all) {
    if (std::abs(difference) > same) ranks.differences.push_back(difference);
  }
  ranks.zeros = ranks.size() < all.size();
  std::sort(ranks.differences.begin(), ranks.differences.end(),
            [](double a, double b) { return std::abs(a) < std::abs(b); });
  const auto amount = [&](std::size_t i) { return std::abs(ranks.differences[i]); };
  for (std::size_t begin = 0, end = 0; begin < ranks.size(); begin = end) {
    for (end = begin + 1; end < ranks.size() && amount(end) - amount(end - 1) <= same;) ++end;
    ranks.doubled_ranks.insert(ranks.doubled_ranks.end(), end - begin, begin + 1 + end);
    const auto tied = static_cast<double>(end - begin);
    ranks.tie_sum += tied * tied * tied - tied;
  }
  return ranks;
}

/// Of all 2^n signs of the ranks, twice the share whose positive sum is as far out as the one seen.
double exact_p(const SignedRanks& ranks) {
  std::vector<double> ways(ranks.doubled_total() + 1, 0.0);
  ways[0] = 1;
  std::size_t reached = 0;
  for (const std::size_t rank : ranks.doubled_ranks) {
    reached += rank;
    for (std::size_t sum = reached; sum >= rank; --sum) ways[sum] += ways[sum - rank];
  }
  const std::size_t positive = ranks.doubled_positive();
  const std::size_t outer = std::min(positive, ranks.doubled_total() - positive);
  const double tail = std::accumulate(ways.begin(), ways.begin() + static_cast<std::ptrdiff_t>(outer) + 1, 0.0);
  return std::min(1.0, 2 * tail / std::exp2(static_cast<double>(ranks.size())));
}

double normal_p(const SignedRanks& ranks) {
  const auto n = static_cast<double>(ranks.size());
  const double deviation = std::sqrt((n * (n + 1) * (2 * n + 1) - ranks.tie_sum / 2) / 24);
  const double z = (static_cast<double>(ranks.doubled_positive()) / 2 - n * (n + 1) / 4) / deviation;
  return std::erfc(std::abs(z) / std::numbers::sqrt2);
}

}  // namespace

PairedTTest paired_t_test(std::span<const double> a, std::span<const double> b) {
  const auto differences = differences_of(a, b);
  if (differences.size() < 2) return {};
  const auto [mean, deviation] = mean_and_deviation(differences);
  PairedTTest test;
  const auto count = static_cast<double>(differences.size());
  test.degrees = count - 1;
  if (mean == 0 && deviation == 0) return test;
  test.t = mean / (deviation / std::sqrt(count));
  test.p = std::isinf(test.t)
               ? 0
               : 2 * boost::math::cdf(boost::math::complement(boost::math::students_t(test.degrees), std::abs(test.t)));
  return test;
}

WilcoxonTest wilcoxon_signed_rank(std::span<const double> a, std::span<const double> b) {
  const auto ranks = signed_ranks(differences_of(a, b));
  if (ranks.size() == 0) return {};
  WilcoxonTest test;
  const std::size_t positive = ranks.doubled_positive();
  test.statistic = static_cast<double>(std::min(positive, ranks.doubled_total() - positive)) / 2;
  const bool plain = !ranks.zeros && ranks.tie_sum == 0;
  test.method =
      a.size() <= (plain ? kExactPairs : kExactPairsWithTies) ? WilcoxonMethod::exact : WilcoxonMethod::normal;
  test.p = test.method == WilcoxonMethod::exact ? exact_p(ranks) : normal_p(ranks);
  return test;
}

std::vector<double> holm(std::span<const double> p) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < p.size(); ++i) {
    if (!std::isnan(p[i])) order.push_back(i);
  }
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p[a] < p[b]; });
  std::vector<double> corrected(p.begin(), p.end());
  double largest = 0;
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    largest = std::max(largest, std::min(1.0, p[order[rank]] * static_cast<double>(order.size() - rank)));
    corrected[order[rank]] = largest;
  }
  return corrected;
}

}  // namespace cmgems::metrics
