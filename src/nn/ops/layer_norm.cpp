#include <ATen/TensorOperators.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/layer_norm.h>

#include "cmgems/nn/ops.h"
#include "dense_cuda.h"
#include "layer_norm_cpu.h"
#include "recorded.h"

namespace cmgems::nn::ops {

at::Tensor embed(const at::Tensor& ids, const at::Tensor& positions, const at::Tensor& words,
                 const at::Tensor& position_table, const at::Tensor& types, const at::Tensor& gamma,
                 const at::Tensor& beta, double epsilon, const Pass& pass) {
  const Recorded recorded("cmgems::embed");
  if (pass.fast.layer_norm && words.is_cpu() && words.scalar_type() == at::kFloat) {
    return embed_cpu(ids, positions, words, position_table, types, gamma, beta, epsilon);
  }
  const auto sum = at::embedding(words, ids) + at::embedding(position_table, positions) + types.select(0, 0);
  return at::layer_norm(sum, {words.size(1)}, gamma, beta, epsilon);
}

at::Tensor dropout_add_layer_norm(const at::Tensor& x, const at::Tensor& residual, double p, const at::Tensor& gamma,
                                  const at::Tensor& beta, double epsilon, Pass& pass) {
  const Recorded recorded("cmgems::dropout_add_layer_norm");
  const bool drops = p > 0 && pass.dropout.active();
  const bool fits = !drops || x.size(1) % 8 == 0;
  if (pass.fast.layer_norm && fits && x.is_cpu() && residual.scalar_type() == at::kFloat) {
    return dropout_add_layer_norm_cpu(x, residual, drops ? p : 0, drops ? pass.dropout.next() : DropoutKey{}, gamma,
                                      beta, epsilon);
  }
  if (pass.fast.layer_norm && x.is_cuda() && can_fuse_norm(x, residual, gamma)) {
    return dropout_add_layer_norm_cuda(x, residual, drops ? p : 0, drops ? pass.dropout.next() : DropoutKey{}, gamma,
                                       beta, epsilon, pass);
  }
  return at::layer_norm(residual + dropout(x, p, pass), {residual.size(1)}, gamma, beta, epsilon);
}

}  // namespace cmgems::nn::ops
