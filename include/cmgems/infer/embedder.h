// Embeddings of sequences as they come: hidden states of a layer, one row a sequence or one a k-mer.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cmgems/infer/model.h"

namespace cmgems::infer {

enum class Pool {
  mean,    // over the k-mers; [CLS] and [SEP] do not count
  cls,     // of [CLS]; of longer sequences the mean over their pieces, weighted by k-mers
  tokens,  // every k-mer
};

struct EmbeddingOptions {
  Pool pool = Pool::mean;
  std::optional<int> layer;  // states behind so many layers, 0 = the embeddings; none = behind the last
};

/// Whole rows of one sequence: its only row, or with Pool::tokens some k-mers of it, in order.
struct EmbeddedRows {
  std::span<const float> values;  // [rows, hidden]
  bool begins;                    // the first ones of a sequence
};

class Embedder {
 public:
  using Take = std::function<void(const EmbeddedRows&)>;
  /// `model` must outlive it. Throws: UsageError when the model has no such layer.
  Embedder(const Model& model, const EmbeddingOptions& options, Take take);
  /// Throws: as check_length does; DataError (an answer that is not finite).
  void add(const tasks::SequenceRecord& record);
  /// Hands over what is left.
  void finish() { batcher_.finish(); }

 private:
  void embed(const corpus::PieceBatch& batch);
  /// The rows of windows, on their device: [W, H], or with Pool::tokens one for each k-mer.
  at::Tensor rows_of(const corpus::RaggedBatch& windows) const;
  void tell_tokens(const corpus::PieceBatch& batch, const at::Tensor& rows);
  /// Rows of the sequence under way. Throws: DataError (not finite).
  void tell(const at::Tensor& rows, bool begins, bool ends);
  const Model& model_;
  Pool pool_;
  std::size_t layer_;
  Take take_;
  std::deque<std::string> places_;  // of the sequences of whom a row is not told yet
  nn::PieceMeans means_;
  corpus::PieceBatcher batcher_;
};

}  // namespace cmgems::infer
