#include "cmgems/motifs/match.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>

namespace cmgems::motifs {
namespace {

constexpr double kUnitsPerBit = 1000;  // whole numbers: a k-mer and its reverse complement score exactly the same

using ScoreColumn = std::array<std::int32_t, 4>;

std::vector<ScoreColumn> log_odds(const Motif& motif, const BaseProbabilities& background) {
  std::vector<ScoreColumn> columns(motif.columns.size());
  for (std::size_t i = 0; i < columns.size(); ++i) {
    for (std::size_t base = 0; base < 4; ++base) {
      const double expected = background[base];
      const double probability =
          (motif.columns[i][base] * motif.sites + kPseudocount * expected) / (motif.sites + kPseudocount);
      columns[i][base] = static_cast<std::int32_t>(std::lround(kUnitsPerBit * std::log2(probability / expected)));
    }
  }
  return columns;
}

std::vector<ScoreColumn> reverse_complement(const std::vector<ScoreColumn>& columns) {
  std::vector<ScoreColumn> other(columns.rbegin(), columns.rend());
  for (auto& column : other) column = {column[1], column[0], column[3], column[2]};  // codes A=0 T=1 C=2 G=3
  return other;
}

/// Raises best[i] to the score of k-mer i under k columns: prefixes of one base more at a time.
void raise_scores(std::span<const ScoreColumn> columns, std::vector<std::int32_t>& best) {
  std::vector<std::int32_t> prefixes{0}, longer;
  for (const auto& column : columns) {
    longer.clear();
    for (const auto prefix : prefixes) {
      for (const auto score : column) longer.push_back(prefix + score);
    }
    prefixes.swap(longer);
  }
  for (std::size_t i = 0; i < best.size(); ++i) best[i] = std::max(best[i], prefixes[i]);
}

/// All alignments on one strand. Beside a motif that is shorter than the k-mer, bases count nothing.
void raise_by_alignments(const std::vector<ScoreColumn>& columns, std::size_t k, std::vector<std::int32_t>& best) {
  std::vector<ScoreColumn> padded(columns);
  if (columns.size() < k) {
    const std::size_t beside = k - columns.size();
    padded.insert(padded.begin(), beside, ScoreColumn{});
    padded.insert(padded.end(), beside, ScoreColumn{});
  }
  for (std::size_t first = 0; first + k <= padded.size(); ++first) {
    raise_scores(std::span(padded).subspan(first, k), best);
  }
}

/// Probability of every k-mer in the background.
std::vector<double> probabilities(const BaseProbabilities& background, int k) {
  std::vector<double> all{1};
  for (int i = 0; i < k; ++i) {
    std::vector<double> longer;
    longer.reserve(4 * all.size());
    for (const double prefix : all) {
      for (const double base : background) longer.push_back(prefix * base);
    }
    all.swap(longer);
  }
  return all;
}

}  // namespace

std::vector<std::int32_t> best_scores(const Motif& motif, const BaseProbabilities& background, int k) {
  std::vector<std::int32_t> best(std::size_t{1} << (2 * k), std::numeric_limits<std::int32_t>::min());
  const auto columns = log_odds(motif, background);
  raise_by_alignments(columns, static_cast<std::size_t>(k), best);
  raise_by_alignments(reverse_complement(columns), static_cast<std::size_t>(k), best);
  return best;
}

std::vector<bool> matches(const Motif& motif, const BaseProbabilities& background, int k, double match_p) {
  const auto scores = best_scores(motif, background, k);
  const auto probability = probabilities(background, k);
  std::vector<std::uint32_t> order(scores.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return scores[a] > scores[b]; });
  std::vector<bool> matched(scores.size(), false);
  constexpr double rounding = 1e-12;
  double reached = 0;
  for (std::size_t first = 0, end = 0; first < order.size(); first = end) {
    for (; end < order.size() && scores[order[end]] == scores[order[first]]; ++end) reached += probability[order[end]];
    if (reached > match_p + rounding) break;
    for (std::size_t i = first; i < end; ++i) matched[order[i]] = true;
  }
  return matched;
}

}  // namespace cmgems::motifs
