// Sequences of any length as windows of a model: one that fits its positions is one window, a longer one is cut.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "cmgems/corpus/batch.h"

namespace cmgems::corpus {

/// Cuts tokens into ceil(n / longest) adjacent pieces, as few as there can be. Their lengths differ by one at most, the
/// longer ones first: every token is in one piece, and none is a stub without context. No tokens are one empty piece.
std::vector<std::span<const kmer::TokenId>> cut_pieces(std::span<const kmer::TokenId> tokens, std::size_t longest);

/// S sequences as pieces, each with [CLS] and [SEP], in the order in which they came.
struct SequenceBatch {
  std::vector<RaggedBatch> parts;          // several only for one sequence that is longer than the token budget
  std::vector<std::int32_t> sequences{0};  // [S + 1] first piece of each sequence, over all parts, then their number

  std::size_t size() const { return sequences.size() - 1; }
};

/// Adds a sequence at the end. A part that would exceed `budget_tokens` is followed by another; 0 = one part.
void append_sequence(SequenceBatch& batch, std::span<const kmer::TokenId> tokens, std::size_t longest,
                     std::size_t budget_tokens);

/// Fills batches up to a token budget with whole sequences and hands them over in order; a sequence that exceeds the
/// budget gets a batch of several parts for itself.
class SequenceBatcher {
 public:
  using Take = std::function<void(const SequenceBatch&)>;
  /// `longest`: k-mers of the longest piece.
  SequenceBatcher(std::size_t longest, std::size_t budget_tokens, Take take);
  void add(std::span<const kmer::TokenId> tokens);
  /// Hands over what is left.
  void finish();

 private:
  std::size_t longest_, budget_;
  Take take_;
  SequenceBatch batch_;
  std::size_t tokens_ = 0;
};

}  // namespace cmgems::corpus
