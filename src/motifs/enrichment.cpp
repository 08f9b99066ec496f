#include "cmgems/motifs/enrichment.h"

#include <algorithm>
#include <boost/math/distributions/hypergeometric.hpp>
#include <cmath>
#include <limits>
#include <numeric>

#include "cmgems/base/error.h"
#include "cmgems/base/log.h"
#include "cmgems/base/random.h"
#include "cmgems/motifs/match.h"

namespace cmgems::motifs {
namespace {

constexpr int kLongestKmer = 8;

std::uint32_t reverse_complement(std::uint32_t kmer, int k) {
  std::uint32_t other = 0;
  for (int i = 0; i < k; ++i, kmer >>= 2) other = other << 2 | ((kmer & 3) ^ 1);
  return other;
}

/// Words with a score, each by the smaller index of its two k-mers: first those of the best k-mers, then random ones.
struct Words {
  std::vector<std::uint32_t> all;
  std::size_t best = 0;
};

Words words_of(const npmi::Table& table, std::size_t top) {
  Words words;
  std::vector<std::uint32_t> others;
  for (std::uint32_t kmer = 0; kmer < table.npmi.size(); ++kmer) {
    const std::uint32_t partner = reverse_complement(kmer, table.k);
    if (partner < kmer || (std::isnan(table.npmi[kmer]) && std::isnan(table.npmi[partner]))) continue;
    const auto rank = static_cast<std::size_t>(std::min(table.rank[kmer], table.rank[partner]));
    (rank < top ? words.all : others).push_back(kmer);
  }
  words.best = words.all.size();
  words.all.insert(words.all.end(), others.begin(), others.end());
  return words;
}

/// Puts as many random words behind the best ones as there are best ones.
void draw_random_words(Words& words, std::uint64_t seed) {
  RandomStream random(seed, Purpose::motifs);
  for (std::size_t i = words.best; i < 2 * words.best; ++i) {
    std::swap(words.all[i], words.all[i + random.below(static_cast<std::uint32_t>(words.all.size() - i))]);
  }
}

double odds_ratio(std::size_t best_matches, std::size_t best, std::size_t matches, std::size_t words) {
  const auto in = static_cast<double>(best_matches), out = static_cast<double>(matches - best_matches);
  const auto in_not = static_cast<double>(best - best_matches);
  const auto out_not = static_cast<double>(words - best) - out;
  return in * out_not / (in_not * out);
}

MotifEnrichment test_motif(std::size_t index, const std::vector<bool>& matched, const Words& words) {
  const auto count = [&](std::size_t first, std::size_t end) {
    return static_cast<std::size_t>(std::count_if(words.all.begin() + static_cast<std::ptrdiff_t>(first),
                                                  words.all.begin() + static_cast<std::ptrdiff_t>(end),
                                                  [&](std::uint32_t word) { return matched[word]; }));
  };
  const std::size_t n = words.best, total = words.all.size();
  MotifEnrichment result{};
  result.motif = index;
  result.matches = count(0, total);
  result.best = count(0, n);
  result.random = count(n, 2 * n);
  result.expected = static_cast<double>(n) * static_cast<double>(result.matches) / static_cast<double>(total);
  result.odds_ratio = odds_ratio(result.best, n, result.matches, total);
  result.p = at_least(result.best, n, result.matches, total);
  result.p_against_random = at_least(result.best, n, result.best + result.random, 2 * n);
  return result;
}

void check(const npmi::Table& table, const Words& words) {
  if (2 * words.best <= words.all.size() && words.best > 0) return;
  throw UsageError(
      "the best k-mers are " + format_count(words.best) + " of the table's " + format_count(words.all.size()) +
      " words (a k-mer and its reverse complement count once) at k=" + std::to_string(table.k) +
      ", and as many random ones are needed: give --top between 1 and about " + format_count(words.all.size() / 2));
}

}  // namespace

double at_least(std::size_t seen, std::size_t drawn, std::size_t marked, std::size_t population) {
  if (seen == 0) return 1;
  if (seen > std::min(drawn, marked)) return 0;
  const boost::math::hypergeometric_distribution<double> matches(
      static_cast<unsigned>(marked), static_cast<unsigned>(drawn), static_cast<unsigned>(population));
  const std::size_t least = drawn + marked > population ? drawn + marked - population : 0;
  if (seen <= least) return 1;
  return boost::math::cdf(boost::math::complement(matches, static_cast<unsigned>(seen - 1)));
}

std::vector<double> adjust_for_many(const std::vector<double>& p) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p[a] > p[b]; });
  std::vector<double> adjusted(p.size());
  double lowest = 1;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const auto place = static_cast<double>(order.size() - i);  // from the smallest p, which is 1
    lowest = std::min(lowest, p[order[i]] * static_cast<double>(order.size()) / place);
    adjusted[order[i]] = lowest;
  }
  return adjusted;
}

Enrichment enrichment(const npmi::Table& table, const MotifFile& file, const EnrichmentOptions& options) {
  if (table.k > kLongestKmer) {
    throw DataError("motifs are matched with k-mers of 3 to 8 bases, the table holds " + std::to_string(table.k) +
                    "-mers: build one of a smaller k");
  }
  const std::size_t top = std::min(options.top, table.scored());
  Words words = words_of(table, top);
  check(table, words);
  draw_random_words(words, options.seed);
  Enrichment result{top, words.all.size(), words.best, {}};
  std::vector<double> p;
  for (std::size_t i = 0; i < file.motifs.size(); ++i) {
    const auto matched = matches(file.motifs[i], file.background, table.k, options.match_p);
    result.motifs.push_back(test_motif(i, matched, words));
    p.push_back(result.motifs.back().p);
  }
  const auto adjusted = adjust_for_many(p);
  for (std::size_t i = 0; i < p.size(); ++i) result.motifs[i].adjusted_p = adjusted[i];
  std::stable_sort(result.motifs.begin(), result.motifs.end(),
                   [](const MotifEnrichment& a, const MotifEnrichment& b) { return a.p < b.p; });
  return result;
}

}  // namespace cmgems::motifs
