// An NPMI table with scores chosen by hand, for tests that need ranks and no genome.
#pragma once

#include <cmath>

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

}  // namespace cmgems::test
