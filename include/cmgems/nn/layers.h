// The three parameterised building blocks, without LibTorch's initialisation (init.h fills them). Names of parameters
// are those of transformers' BERT, so that a module's names are the names in model.safetensors.
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include "cmgems/nn/ops.h"

namespace cmgems::nn {

struct LinearImpl : torch::nn::Module {
  LinearImpl(std::int64_t in, std::int64_t out);
  at::Tensor forward(const at::Tensor& x, const Pass& pass) { return ops::linear(x, weight, bias, pass); }
  at::Tensor weight;  // [out, in]
  at::Tensor bias;    // [out]
};
TORCH_MODULE(Linear);

struct LayerNormImpl : torch::nn::Module {
  LayerNormImpl(std::int64_t size, double epsilon);
  at::Tensor forward(const at::Tensor& x);
  at::Tensor weight;  // [size]
  at::Tensor bias;    // [size]
  double epsilon;
};
TORCH_MODULE(LayerNorm);

struct EmbeddingImpl : torch::nn::Module {
  EmbeddingImpl(std::int64_t rows, std::int64_t size);
  at::Tensor weight;  // [rows, size]
};
TORCH_MODULE(Embedding);

}  // namespace cmgems::nn
