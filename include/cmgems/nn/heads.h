// The two heads: masked language model and sequence classifier. Parameters carry transformers' names.
#pragma once

#include "cmgems/config/train_options.h"
#include "cmgems/nn/encoder.h"

namespace cmgems::nn {

/// Mean over each window's rows: x [T, H], boundaries [W + 1] -> [W, H].
at::Tensor mean_of_windows(const at::Tensor& x, const std::vector<std::int32_t>& boundaries);

/// dense + GELU + LayerNorm, decoder tied to the word embeddings, one bias, added once.
struct MaskedLmImpl : torch::nn::Module {
  explicit MaskedLmImpl(const formats::BertShape& shape);
  /// Logits of the selected tokens alone, [Q, V] in pass.compute.
  at::Tensor forward(const Ragged& batch, const Selection& selection, Pass& pass);
  Encoder bert{nullptr};
  Linear transform{nullptr};  // [H, H]
  LayerNorm layer_norm{nullptr};
  at::Tensor bias;  // [V]
};
TORCH_MODULE(MaskedLm);

/// Pooler (dense + tanh on [CLS], or on the mean over the window's tokens, [CLS] and [SEP] included) - dropout -
/// linear.
struct ClassifierImpl : torch::nn::Module {
  ClassifierImpl(const formats::BertShape& shape, int classes, config::Pooling pooling);
  /// [W, classes] fp32.
  at::Tensor forward(const Ragged& batch, Pass& pass) { return score(pooled(batch, pass), pass); }
  /// Pooled outputs, one a window: [W, H].
  at::Tensor pooled(const Ragged& batch, Pass& pass) { return pool(summary(batch, pass), pass); }
  /// What the pooler sees of the encoder, one row a window: [W, H].
  at::Tensor summary(const Ragged& batch, Pass& pass);
  /// Pooler alone: [., H] -> [., H].
  at::Tensor pool(const at::Tensor& summaries, Pass& pass);
  /// Pooled outputs [., H] -> class scores [., classes] fp32.
  at::Tensor score(const at::Tensor& outputs, Pass& pass);
  Encoder bert{nullptr};
  Linear pooler{nullptr};      // [H, H]
  Linear classifier{nullptr};  // [classes, H]
  config::Pooling pooling;
  double dropout;
};
TORCH_MODULE(Classifier);

}  // namespace cmgems::nn
