// Sequences of any length as windows of a model: one that fits its positions is one window, a longer one is cut.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "cmgems/corpus/batch.h"

namespace cmgems::corpus {

/// Cuts tokens into ceil(n / longest) adjacent pieces, as few as there can be. Their lengths differ by one at most, the
/// longer ones first: every token is in one piece, and none is a short rest without context. No tokens are one empty
/// piece.
std::vector<std::span<const kmer::TokenId>> cut_pieces(std::span<const kmer::TokenId> tokens, std::size_t longest);

/// S sequences as pieces, each with [CLS] and [SEP], in the order in which they came: what a training step takes.
struct SequenceBatch {
  RaggedBatch pieces;                      // [W]
  std::vector<std::int32_t> sequences{0};  // [S + 1] first piece of each sequence, then their number

  std::size_t size() const { return sequences.size() - 1; }
};

/// Adds a sequence at the end.
void append_sequence(SequenceBatch& batch, std::span<const kmer::TokenId> tokens, std::size_t longest);

/// Pieces of sequences, at most a token budget's worth: a sequence may go on in the next batch.
struct PieceBatch {
  struct Piece {
    double share;      // of the sequence's k-mers
    bool first, last;  // of its sequence
  };
  RaggedBatch windows;
  std::vector<Piece> pieces;  // [W]
};

/// Cuts sequences into pieces and hands them over in order, in batches up to a token budget. What is held is one batch,
/// whatever a sequence's length.
class PieceBatcher {
 public:
  using Take = std::function<void(const PieceBatch&)>;
  /// `longest`: k-mers of the longest piece. A single piece longer than the budget gets a batch of its own.
  PieceBatcher(std::size_t longest, std::size_t budget_tokens, Take take);
  void add(std::span<const kmer::TokenId> tokens);
  /// The same of bases, which are tokenized a piece at a time.
  void add(const kmer::Vocabulary& vocabulary, std::string_view bases);
  /// Hands over what is left.
  void finish();

 private:
  void append(std::span<const kmer::TokenId> piece, const PieceBatch::Piece& place);
  std::size_t longest_, budget_;
  Take take_;
  PieceBatch batch_;
};

}  // namespace cmgems::corpus
