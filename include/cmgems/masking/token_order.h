// The order of an example's tokens by NPMI, best first.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "cmgems/kmer/vocabulary.h"
#include "cmgems/masking/options.h"
#include "cmgems/npmi/table.h"

namespace cmgems::masking {

/// Levels instead of a table's ranks: equal scores have equal levels, so that callers settle ties by position; all
/// k-mers without a score share one level after the others, special tokens the last one.
class TokenOrder {
 public:
  /// `rank_by` position: token i of an example (i+1 with [CLS] before it) is ranked like token id i+1; ids beyond the
  /// vocabulary rank last.
  TokenOrder(const npmi::Table& table, RankBy rank_by);

  /// Level of token i of an example; lower is better.
  std::uint32_t level(std::span<const kmer::TokenId> tokens, std::size_t i) const {
    const std::size_t id = by_position_ ? i + 1 : static_cast<std::size_t>(tokens[i]);
    return id < levels_.size() ? levels_[id] : unscored_ + 1;
  }
  bool has_score(std::uint32_t level) const { return level < unscored_; }

 private:
  std::vector<std::uint32_t> levels_;  // by token id
  std::uint32_t unscored_ = 0;
  bool by_position_;
};

}  // namespace cmgems::masking
