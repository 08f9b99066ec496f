#include "cmgems/npmi/compare.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>

#include "cmgems/base/error.h"
#include "cmgems/npmi/rank.h"

namespace cmgems::npmi {
namespace {

/// Indices of the k-mers that both tables score; counts the others.
std::vector<std::size_t> shared_scores(const Table& a, const Table& b, Comparison& result) {
  std::vector<std::size_t> shared;
  for (std::size_t i = 0; i < a.npmi.size(); ++i) {
    const bool in_a = !std::isnan(a.npmi[i]), in_b = !std::isnan(b.npmi[i]);
    if (in_a && in_b) shared.push_back(i);
    result.only_a += in_a && !in_b ? 1 : 0;
    result.only_b += in_b && !in_a ? 1 : 0;
    result.neither += !in_a && !in_b ? 1 : 0;
  }
  result.both = shared.size();
  return shared;
}

std::vector<double> at(const std::vector<double>& values, const std::vector<std::size_t>& indices) {
  std::vector<double> chosen;
  chosen.reserve(indices.size());
  for (const auto i : indices) chosen.push_back(values[i]);
  return chosen;
}

/// Pearson's correlation of the ranks.
double rank_correlation(const std::vector<double>& a, const std::vector<double>& b) {
  const auto ranks_a = mean_ranks(a), ranks_b = mean_ranks(b);
  const double mean = 0.5 * static_cast<double>(a.size() + 1);
  double products = 0, squares_a = 0, squares_b = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double from_mean_a = ranks_a[i] - mean, from_mean_b = ranks_b[i] - mean;
    products += from_mean_a * from_mean_b;
    squares_a += from_mean_a * from_mean_a;
    squares_b += from_mean_b * from_mean_b;
  }
  const double scale = std::sqrt(squares_a) * std::sqrt(squares_b);
  return scale > 0 ? products / scale : std::numeric_limits<double>::quiet_NaN();
}

Difference difference(const std::vector<double>& a, const std::vector<double>& b) {
  if (a.empty()) return {};
  std::vector<double> sizes(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) sizes[i] = std::abs(a[i] - b[i]);
  std::sort(sizes.begin(), sizes.end());
  return {0.5 * (sizes[(sizes.size() - 1) / 2] + sizes[sizes.size() / 2]), sizes.back()};
}

std::size_t common_best(const Table& a, const Table& b, std::size_t top) {
  const auto limit = static_cast<std::int32_t>(top);
  std::size_t common = 0;
  for (std::size_t i = 0; i < a.rank.size(); ++i) common += a.rank[i] < limit && b.rank[i] < limit ? 1 : 0;
  return common;
}

std::vector<Move> largest_moves(const Table& a, const Table& b, const std::vector<std::size_t>& shared,
                                std::size_t count) {
  std::vector<Move> moves;
  for (const auto i : shared) {
    if (a.rank[i] != b.rank[i])
      moves.push_back({kmer::kFirstKmer + static_cast<kmer::TokenId>(i), a.rank[i], b.rank[i]});
  }
  const auto farther = [](const Move& left, const Move& right) {
    const auto distance = [](const Move& move) { return std::abs(move.rank_a - move.rank_b); };
    return distance(left) != distance(right) ? distance(left) > distance(right) : left.token < right.token;
  };
  const auto kept = std::min(count, moves.size());
  std::partial_sort(moves.begin(), moves.begin() + static_cast<std::ptrdiff_t>(kept), moves.end(), farther);
  moves.resize(kept);
  return moves;
}

}  // namespace

Comparison compare(const Table& a, const Table& b, std::size_t top, std::size_t moves) {
  if (a.k != b.k) {
    throw DataError("the tables hold " + std::to_string(a.k) + "-mers and " + std::to_string(b.k) +
                    "-mers, which have no k-mer in common: compare tables of the same k");
  }
  Comparison result;
  const auto shared = shared_scores(a, b, result);
  const auto npmi_a = at(a.npmi, shared), npmi_b = at(b.npmi, shared);
  result.spearman = rank_correlation(npmi_a, npmi_b);
  result.npmi = difference(npmi_a, npmi_b);
  result.pmi = difference(at(a.pmi, shared), at(b.pmi, shared));
  result.top = std::min({top, a.scored(), b.scored()});
  result.overlap = common_best(a, b, result.top);
  result.moves = largest_moves(a, b, shared, moves);
  return result;
}

}  // namespace cmgems::npmi
