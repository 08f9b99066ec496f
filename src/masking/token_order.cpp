#include "cmgems/masking/token_order.h"

#include <cmath>

namespace cmgems::masking {

TokenOrder::TokenOrder(const npmi::Table& table, RankBy rank_by) : by_position_(rank_by == RankBy::position) {
  const std::size_t kmers = table.rank.size();
  std::vector<std::size_t> order(kmers);
  for (std::size_t kmer = 0; kmer < kmers; ++kmer) order[static_cast<std::size_t>(table.rank[kmer])] = kmer;
  levels_.resize(kmer::kFirstKmer + kmers);
  for (std::size_t i = 0; i < kmers; ++i) {
    const double score = table.npmi[order[i]];
    const bool ties = i > 0 && score == table.npmi[order[i - 1]];
    if (!std::isnan(score)) unscored_ += ties ? 0 : 1;
    levels_[kmer::kFirstKmer + order[i]] = unscored_ - (std::isnan(score) ? 0 : 1);
  }
  for (std::size_t id = 0; id < kmer::kFirstKmer; ++id) levels_[id] = unscored_ + 1;
}

}  // namespace cmgems::masking
