#include "cmgems/nn/heads.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/segment_reduce.h>
#include <ATen/ops/tanh.h>

#include "staging.h"

namespace cmgems::nn {

at::Tensor mean_of_windows(const at::Tensor& x, const std::vector<std::int32_t>& boundaries) {
  const std::vector<std::int64_t> offsets(boundaries.begin(), boundaries.end());
  const auto edges = send({offsets}, x.device())[0];
  return at::segment_reduce(x, "mean", /*lengths=*/{}, /*indices=*/{}, /*offsets=*/edges, /*axis=*/0, /*unsafe=*/true);
}

MaskedLmImpl::MaskedLmImpl(const formats::BertShape& shape) {
  bert = register_module("bert", Encoder(shape));
  auto cls = register_module("cls", std::make_shared<torch::nn::Module>());
  auto predictions = cls->register_module("predictions", std::make_shared<torch::nn::Module>());
  bias = predictions->register_parameter("bias", at::empty({shape.vocab_size}));
  auto head = predictions->register_module("transform", std::make_shared<torch::nn::Module>());
  transform = head->register_module("dense", Linear(shape.hidden_size, shape.hidden_size));
  layer_norm = head->register_module("LayerNorm", LayerNorm(shape.hidden_size, shape.layer_norm_eps));
}

at::Tensor MaskedLmImpl::forward(const Ragged& batch, const Selection& selection, Pass& pass) {
  const auto* const wanted = pass.fast.head_selected ? &selection : nullptr;
  const auto states = bert->forward(batch, wanted, pass);                                                  // [Q, H]
  const auto x = layer_norm->forward(ops::linear_gelu(states, transform->weight, transform->bias, pass));  // [Q, H]
  const auto logits = ops::linear(x, bert->embeddings->word_embeddings->weight, bias, pass);               // [Q, V]
  return wanted != nullptr ? logits : at::index_select(logits, 0, selection.rows);
}

ClassifierImpl::ClassifierImpl(const formats::BertShape& shape, int classes, config::Pooling pooling_)
    : pooling(pooling_), dropout(shape.hidden_dropout_prob) {
  bert = register_module("bert", Encoder(shape));
  auto pool = bert->register_module("pooler", std::make_shared<torch::nn::Module>());
  pooler = pool->register_module("dense", Linear(shape.hidden_size, shape.hidden_size));
  classifier = register_module("classifier", Linear(shape.hidden_size, classes));
}

at::Tensor ClassifierImpl::summary(const Ragged& batch, Pass& pass) {
  if (pooling == config::Pooling::mean) return mean_of_windows(bert->forward(batch, nullptr, pass), batch.boundaries);
  const Selection first = select_first(batch);
  return bert->forward(batch, &first, pass);
}

at::Tensor ClassifierImpl::pool(const at::Tensor& summaries, Pass& pass) {
  return at::tanh(pooler->forward(summaries, pass));
}

at::Tensor ClassifierImpl::score(const at::Tensor& outputs, Pass& pass) {
  const auto features = ops::dropout(outputs, dropout, pass);
  return classifier->forward(features, pass).to(classifier->weight.scalar_type());
}

}  // namespace cmgems::nn
