// How far two NPMI tables agree.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "cmgems/npmi/table.h"

namespace cmgems::npmi {

/// Absolute differences between two tables, over the k-mers that both score.
struct Difference {
  double median = 0;
  double largest = 0;
};

/// A k-mer whose rank differs.
struct Move {
  kmer::TokenId token;
  std::int32_t rank_a, rank_b;  // as in the tables: 0 = best
};

struct Comparison {
  std::size_t both = 0;     // k-mers with a score in both tables: all figures below are about these
  std::size_t only_a = 0;   // with a score in the first table only
  std::size_t only_b = 0;   // in the second only
  std::size_t neither = 0;  // in none
  double spearman = 0;      // rank correlation of NPMI, ties by mean rank; NaN when a table has one value only
  std::size_t top = 0;      // what was asked for, or as many as the table with fewer scores has
  std::size_t overlap = 0;  // k-mers that are among the best `top` of both
  Difference npmi, pmi;
  std::vector<Move> moves;  // largest difference of ranks first, ties in the order of token ids
};

/// The best `top` k-mers of each table are compared, the `moves` largest moves listed.
/// Throws: DataError when the tables are of different k.
Comparison compare(const Table& a, const Table& b, std::size_t top, std::size_t moves);

}  // namespace cmgems::npmi
