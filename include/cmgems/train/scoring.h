// What a classifier says of sequences: the test rows of fine-tuning and those of `predict` alike.
#pragma once

#include <functional>
#include <span>
#include <string_view>

#include "cmgems/corpus/sequences.h"
#include "cmgems/nn/device.h"
#include "cmgems/nn/pieces.h"

namespace cmgems::train {

/// Class probabilities of sequences as they come, without gradients and dropout. What is held is one batch of pieces
/// up to the token budget of `runtime`, whatever a sequence's length.
class SequenceScorer {
 public:
  /// Gets the probabilities [classes] of each sequence, in order.
  using Take = std::function<void(std::span<const double>)>;
  /// `model` and `runtime` must outlive it.
  SequenceScorer(nn::Classifier& model, nn::Average average, const nn::Runtime& runtime, Take take);
  void add(std::span<const kmer::TokenId> tokens) { batcher_.add(tokens); }
  void add(const kmer::Vocabulary& vocabulary, std::string_view bases) { batcher_.add(vocabulary, bases); }
  /// Tells what is left.
  void finish() { batcher_.finish(); }

 private:
  void score(const corpus::PieceBatch& batch);
  nn::Classifier& model_;
  nn::Average average_;
  const nn::Runtime& runtime_;
  Take take_;
  nn::PieceMeans means_;
  corpus::PieceBatcher batcher_;
};

}  // namespace cmgems::train
