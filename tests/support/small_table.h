// An NPMI table with scores chosen by hand, for tests that need ranks and no genome.
#pragma once

#include <cmath>
#include <functional>
#include <map>

#include "cmgems/npmi/table.h"

namespace cmgems::test {

/// k-mer number i (id 5 + i) has rank i and NPMI 1 - i / 4^k; the first `scored` ones have a score.
inline npmi::Table ordered_table(int k, std::size_t scored = ~std::size_t{0}) {
  npmi::Table table;
  table.k = k;
  const std::size_t kmers = std::size_t{1} << (2 * k);
  for (std::size_t i = 0; i < kmers; ++i) {
    const double score = i < scored ? 1.0 - static_cast<double>(i) / static_cast<double>(kmers) : std::nan("");
    table.counts.push_back(1000);
    table.pmi.push_back(score);
    table.npmi.push_back(score);
    table.rank.push_back(static_cast<std::int32_t>(i));
  }
  return table;
}

/// A table with these scores by token id; all other k-mers have none. Ranked by score, ties by index.
inline npmi::Table table_of_scores(int k, const std::map<kmer::TokenId, double>& scores) {
  npmi::Table table = ordered_table(k, 0);
  std::multimap<double, std::size_t, std::greater<>> best_first;
  for (const auto& [id, score] : scores) {
    const auto kmer = static_cast<std::size_t>(id - kmer::kFirstKmer);
    table.pmi[kmer] = table.npmi[kmer] = score;
    best_first.emplace(score, kmer);
  }
  std::int32_t next = 0;
  for (const auto& [score, kmer] : best_first) table.rank[kmer] = next++;
  for (std::size_t kmer = 0; kmer < table.rank.size(); ++kmer) {
    if (std::isnan(table.npmi[kmer])) table.rank[kmer] = next++;
  }
  return table;
}

}  // namespace cmgems::test
