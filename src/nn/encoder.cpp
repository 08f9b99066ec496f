#include "cmgems/nn/encoder.h"

#include <ATen/ops/index_select.h>
#include <ATen/ops/stack.h>

#include <algorithm>
#include <vector>

namespace cmgems::nn {
namespace {

/// Registers `module` under a dotted path, so that parameter names equal those of transformers.
template <class Holder>
Holder register_at(torch::nn::Module& root, std::initializer_list<const char*> path, Holder holder) {
  torch::nn::Module* at = &root;
  auto last = path.end() - 1;
  for (auto name = path.begin(); name != last; ++name) {
    const auto children = at->named_children();
    const auto* known = children.find(*name);
    at = known != nullptr ? known->get() : at->register_module(*name, std::make_shared<torch::nn::Module>()).get();
  }
  at->register_module(*last, holder);
  return holder;
}

}  // namespace

EmbeddingsImpl::EmbeddingsImpl(const formats::BertShape& shape) : dropout(shape.hidden_dropout_prob) {
  word_embeddings = register_module("word_embeddings", Embedding(shape.vocab_size, shape.hidden_size));
  position_embeddings =
      register_module("position_embeddings", Embedding(shape.max_position_embeddings, shape.hidden_size));
  token_type_embeddings = register_module("token_type_embeddings", Embedding(shape.type_vocab_size, shape.hidden_size));
  layer_norm = register_module("LayerNorm", LayerNorm(shape.hidden_size, shape.layer_norm_eps));
}

at::Tensor EmbeddingsImpl::forward(const Ragged& batch, Pass& pass) {
  const auto x =
      ops::embed(batch.ids, batch.positions, word_embeddings->weight, position_embeddings->weight,
                 token_type_embeddings->weight, layer_norm->weight, layer_norm->bias, layer_norm->epsilon, pass);
  return ops::dropout(x, dropout, pass);  // [T, H]
}

SelfAttentionImpl::SelfAttentionImpl(const formats::BertShape& shape)
    : heads(shape.num_attention_heads),
      attention_dropout(shape.attention_probs_dropout_prob),
      hidden_dropout(shape.hidden_dropout_prob) {
  const std::int64_t hidden = shape.hidden_size;
  query = register_at(*this, {"self", "query"}, Linear(hidden, hidden));
  key = register_at(*this, {"self", "key"}, Linear(hidden, hidden));
  value = register_at(*this, {"self", "value"}, Linear(hidden, hidden));
  output = register_at(*this, {"output", "dense"}, Linear(hidden, hidden));
  layer_norm = register_at(*this, {"output", "LayerNorm"}, LayerNorm(hidden, shape.layer_norm_eps));
}

at::Tensor SelfAttentionImpl::probabilities(const at::Tensor& x, Pass& pass) {
  const auto split = [&](const at::Tensor& y) { return y.view({y.size(0), heads, y.size(1) / heads}); };  // [L, A, D]
  return ops::attention_probabilities(split(query->forward(x, pass)), split(key->forward(x, pass)));
}

at::Tensor SelfAttentionImpl::forward(const at::Tensor& x, Boundaries windows, const Selection* selection, Pass& pass) {
  const auto asking = selection != nullptr ? at::index_select(x, 0, selection->rows) : x;  // [Q, H]
  const Boundaries asking_windows = selection != nullptr ? Boundaries(selection->boundaries) : windows;
  const auto split = [&](const at::Tensor& y) { return y.view({y.size(0), heads, y.size(1) / heads}); };  // [., A, D]

  const auto q = split(query->forward(asking, pass));
  const auto k = split(key->forward(x, pass));
  const auto v = split(value->forward(x, pass));
  const auto context = ops::attention(q, k, v, asking_windows, windows, attention_dropout, pass);  // [Q, A, D]
  const auto projected = output->forward(context.flatten(1), pass);                                // [Q, H]
  return ops::dropout_add_layer_norm(projected, asking, hidden_dropout, layer_norm->weight, layer_norm->bias,
                                     layer_norm->epsilon, pass);
}

EncoderLayerImpl::EncoderLayerImpl(const formats::BertShape& shape) : dropout(shape.hidden_dropout_prob) {
  attention = register_module("attention", SelfAttention(shape));
  intermediate = register_at(*this, {"intermediate", "dense"}, Linear(shape.hidden_size, shape.intermediate_size));
  output = register_at(*this, {"output", "dense"}, Linear(shape.intermediate_size, shape.hidden_size));
  layer_norm = register_at(*this, {"output", "LayerNorm"}, LayerNorm(shape.hidden_size, shape.layer_norm_eps));
}

at::Tensor EncoderLayerImpl::forward(const at::Tensor& x, Boundaries windows, const Selection* selection, Pass& pass) {
  const auto attended = attention->forward(x, windows, selection, pass);  // [Q, H]
  const auto fed = ops::feed_forward(attended, intermediate->weight, intermediate->bias, output->weight, output->bias,
                                     pass);  // [Q, H]
  return ops::dropout_add_layer_norm(fed, attended, dropout, layer_norm->weight, layer_norm->bias, layer_norm->epsilon,
                                     pass);
}

EncoderImpl::EncoderImpl(const formats::BertShape& shape_) : shape(shape_) {
  embeddings = register_module("embeddings", Embeddings(shape));
  layers = register_at(*this, {"encoder", "layer"}, torch::nn::ModuleList());
  for (int i = 0; i < shape.num_hidden_layers; ++i) layers->push_back(EncoderLayer(shape));
}

at::Tensor EncoderImpl::forward(const Ragged& batch, const Selection* selection, Pass& pass) {
  const bool early = selection != nullptr && pass.fast.last_layer_selected;
  const std::size_t last = layers->size() - 1;
  const auto x = layers->at<EncoderLayerImpl>(last).forward(states(batch, last, pass), batch.boundaries,
                                                            early ? selection : nullptr, pass);
  return selection == nullptr || early ? x : at::index_select(x, 0, selection->rows);
}

at::Tensor EncoderImpl::attentions(const Ragged& window, std::span<const int> wanted, Pass& pass) {
  std::vector<at::Tensor> maps(wanted.size());
  const int last = *std::max_element(wanted.begin(), wanted.end());
  at::Tensor x = embeddings->forward(window, pass);
  for (int i = 0; i <= last; ++i) {
    auto& layer = layers->at<EncoderLayerImpl>(static_cast<std::size_t>(i));
    for (std::size_t m = 0; m < maps.size(); ++m) {
      if (wanted[m] == i) maps[m] = layer.attention->probabilities(x, pass);
    }
    if (i < last) x = layer.forward(x, window.boundaries, nullptr, pass);
  }
  return at::stack(maps);
}

at::Tensor EncoderImpl::states(const Ragged& batch, std::size_t count, Pass& pass) {
  at::Tensor x = embeddings->forward(batch, pass);
  for (std::size_t i = 0; i < count; ++i) {
    x = layers->at<EncoderLayerImpl>(i).forward(x, batch.boundaries, nullptr, pass);
  }
  return x;
}

}  // namespace cmgems::nn
