// The BERT encoder (Devlin et al. 2019): post-LayerNorm, learned absolute positions, exact GELU, on ragged batches.
// Parameters carry transformers' names. Sizes: T tokens, Q selected tokens, H hidden, F intermediate, A heads.
#pragma once

#include <torch/nn/modules/container/modulelist.h>

#include <span>

#include "cmgems/formats/model_folder.h"
#include "cmgems/nn/layers.h"
#include "cmgems/nn/ragged.h"

namespace cmgems::nn {

/// ids, positions [T] -> [T, H]
struct EmbeddingsImpl : torch::nn::Module {
  explicit EmbeddingsImpl(const formats::BertShape& shape);
  at::Tensor forward(const Ragged& batch, Pass& pass);
  Embedding word_embeddings{nullptr};        // [V, H], shared with the decoder of the MLM head
  Embedding position_embeddings{nullptr};    // [P, H]
  Embedding token_type_embeddings{nullptr};  // [2, H], type 0 is used
  LayerNorm layer_norm{nullptr};
  double dropout;
};
TORCH_MODULE(Embeddings);

/// Multi-head self-attention with its output projection, residual and LayerNorm.
struct SelfAttentionImpl : torch::nn::Module {
  explicit SelfAttentionImpl(const formats::BertShape& shape);
  /// x [T, H] -> [T, H], or [Q, H] for the selected tokens alone (they attend to all).
  at::Tensor forward(const at::Tensor& x, Boundaries windows, const Selection* selection, Pass& pass);
  /// Attention probabilities of one window: x [L, H] -> [A, L, L].
  at::Tensor probabilities(const at::Tensor& x, Pass& pass);
  Linear query{nullptr}, key{nullptr}, value{nullptr};  // [H, H]
  Linear output{nullptr};                               // [H, H]
  LayerNorm layer_norm{nullptr};
  std::int64_t heads;
  double attention_dropout, hidden_dropout;
};
TORCH_MODULE(SelfAttention);

/// attention, add & norm, feed-forward, add & norm.
struct EncoderLayerImpl : torch::nn::Module {
  explicit EncoderLayerImpl(const formats::BertShape& shape);
  at::Tensor forward(const at::Tensor& x, Boundaries windows, const Selection* selection, Pass& pass);
  SelfAttention attention{nullptr};
  Linear intermediate{nullptr};  // [F, H]
  Linear output{nullptr};        // [H, F]
  LayerNorm layer_norm{nullptr};
  double dropout;
};
TORCH_MODULE(EncoderLayer);

struct EncoderImpl : torch::nn::Module {
  explicit EncoderImpl(const formats::BertShape& shape);
  /// Last hidden states: [T, H], or [Q, H] when only some tokens are wanted. The last layer then computes queries and
  /// feed-forward of those alone: exact, since nothing reads the others.
  at::Tensor forward(const Ragged& batch, const Selection* selection, Pass& pass);
  /// Hidden states of all tokens behind the first `count` layers, 0 = the embeddings: [T, H].
  at::Tensor states(const Ragged& batch, std::size_t count, Pass& pass);
  /// Attention probabilities of some layers, counted from 0: [layers, A, L, L]. REQUIRES: a batch of one window; one
  /// layer or more, that are there.
  at::Tensor attentions(const Ragged& window, std::span<const int> wanted, Pass& pass);
  Embeddings embeddings{nullptr};
  torch::nn::ModuleList layers;
  formats::BertShape shape;
};
TORCH_MODULE(Encoder);

}  // namespace cmgems::nn
