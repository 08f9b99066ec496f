// Ragged batches: windows back to back in one row of tokens, no padding anywhere.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "cmgems/kmer/vocabulary.h"

namespace cmgems::corpus {

/// T tokens of W windows, M of them masked, in any order. Neighbours of equal length are one dense block for attention:
/// pack sorts windows by length for that, while inference keeps the order of its input.
struct RaggedBatch {
  std::vector<std::int64_t> ids;         // [T] with [CLS] .. [SEP] around each window, corrupted
  std::vector<std::int64_t> positions;   // [T] 0.. within the window
  std::vector<std::int32_t> cu_seqlens;  // [W + 1] first token of each window, then T
  std::vector<std::int64_t> masked;      // [M] token indices, ascending
  std::vector<std::int64_t> labels;      // [M] the tokens that were there

  std::size_t windows() const { return cu_seqlens.empty() ? 0 : cu_seqlens.size() - 1; }
  std::size_t tokens() const { return ids.size(); }
};

/// One example before it is packed.
struct MaskedExample {
  std::vector<kmer::TokenId> tokens;     // k-mers, corrupted at `positions`
  std::vector<std::uint32_t> positions;  // masked, ascending
  std::vector<kmer::TokenId> labels;     // the original tokens there
};

/// Adds one window, without masks, at the end of a batch: [CLS] tokens [SEP].
void append_window(RaggedBatch& batch, std::span<const kmer::TokenId> tokens);

/// The same for an example with its masks.
void append_example(RaggedBatch& batch, const MaskedExample& example);

/// Packs the examples into as few batches as the budget allows (greedy over lengths, longest first); a single window
/// longer than the budget gets a batch of its own. budget_tokens 0 = one batch.
std::vector<RaggedBatch> pack(std::span<const MaskedExample> examples, std::size_t budget_tokens);

}  // namespace cmgems::corpus
