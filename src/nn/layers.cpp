#include "cmgems/nn/layers.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/layer_norm.h>

namespace cmgems::nn {

LinearImpl::LinearImpl(std::int64_t in, std::int64_t out)
    : weight(register_parameter("weight", at::empty({out, in}))), bias(register_parameter("bias", at::empty({out}))) {}

LayerNormImpl::LayerNormImpl(std::int64_t size, double epsilon_)
    : weight(register_parameter("weight", at::empty({size}))),
      bias(register_parameter("bias", at::empty({size}))),
      epsilon(epsilon_) {}

at::Tensor LayerNormImpl::forward(const at::Tensor& x) {
  return at::layer_norm(x.to(weight.scalar_type()), {weight.size(0)}, weight, bias, epsilon);
}

EmbeddingImpl::EmbeddingImpl(std::int64_t rows, std::int64_t size)
    : weight(register_parameter("weight", at::empty({rows, size}))) {}

}  // namespace cmgems::nn
