// Embeddings of sequences as they come: hidden states of a layer, one row a sequence or one a k-mer.
#pragma once

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
  /// Throws: as tokens_of does.
  void add(const tasks::SequenceRecord& record) { batcher_.add(tokens_of(model_, record)); }
  /// Hands over what is left.
  void finish() { batcher_.finish(); }

 private:
  void embed(const corpus::SequenceBatch& batch);
  /// The rows of one part, on its device: [W, H], or with Pool::tokens one for each k-mer.
  at::Tensor rows_of(const corpus::RaggedBatch& part) const;
  void tell_tokens(const corpus::RaggedBatch& part, const at::Tensor& rows, const corpus::SequenceBatch& batch,
                   std::int32_t first_piece) const;
  const Model& model_;
  Pool pool_;
  std::size_t layer_;
  Take take_;
  corpus::SequenceBatcher batcher_;
};

}  // namespace cmgems::infer
