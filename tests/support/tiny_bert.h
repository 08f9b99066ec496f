// A BERT small enough for finite differences, and ragged batches for it. Include catch_torch.h first.
#pragma once

#include "cmgems/nn/heads.h"
#include "cmgems/nn/init.h"

namespace cmgems::test {

inline formats::BertShape tiny_shape() {
  formats::BertShape shape;
  shape.vocab_size = 69;
  shape.hidden_size = 8;
  shape.num_hidden_layers = 2;
  shape.num_attention_heads = 2;
  shape.intermediate_size = 12;
  shape.max_position_embeddings = 16;
  return shape;
}

/// Windows of 7, 7, 4 and 5 tokens; the third has no masked token.
inline corpus::RaggedBatch tiny_batch() {
  const std::vector<corpus::MaskedExample> examples{{{9, 4, 30, 4, 12}, {1, 3}, {40, 41}},
                                                    {{4, 50, 51, 52, 4}, {0, 4}, {6, 68}},
                                                    {{4, 4, 60}, {0, 1}, {11, 12}},
                                                    {{20, 21}, {}, {}}};
  return corpus::pack(examples, 0).at(0);
}

inline nn::MaskedLm tiny_model(at::ScalarType dtype = at::kDouble) {
  nn::MaskedLm model(tiny_shape());
  nn::initialise(*model, config::PositionInit::normal, 3);
  for (auto& parameter : model->parameters())
    parameter.set_data(parameter.detach() * 10);  // away from the linear regime
  model->to(dtype);
  return model;
}

inline at::Tensor loss_of(nn::MaskedLm& model, const corpus::RaggedBatch& batch, nn::DropoutStream dropout = {}) {
  nn::Pass pass{at::kFloat, dropout};
  const auto logits = model->forward(nn::to_ragged(batch, at::kCPU), nn::select_masked(batch, at::kCPU), pass);
  return nn::ops::cross_entropy_sum(logits, nn::labels_of(batch, at::kCPU));
}

}  // namespace cmgems::test
