#include <ATen/TensorOperators.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/linear.h>

#include "cmgems/nn/ops.h"
#include "dense_cuda.h"
#include "linear_cpu.h"

namespace cmgems::nn::ops {

at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, const Pass& pass) {
  if (pass.compute == at::kFloat || x.scalar_type() == at::kDouble) return at::linear(x, weight, bias);
  if (!x.is_cuda()) return linear_reduced_cpu(x, weight, bias, pass.compute);
  return linear_cuda(x, weight, bias, pass);
}

at::Tensor linear_gelu(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, const Pass& pass) {
  return at::gelu(linear(x, weight, bias, pass));
}

at::Tensor embed(const at::Tensor& ids, const at::Tensor& positions, const at::Tensor& words,
                 const at::Tensor& position_table, const at::Tensor& types, const at::Tensor& gamma,
                 const at::Tensor& beta, double epsilon) {
  const auto sum = at::embedding(words, ids) + at::embedding(position_table, positions) + types.select(0, 0);
  return at::layer_norm(sum, {words.size(1)}, gamma, beta, epsilon);
}

at::Tensor dropout_add_layer_norm(const at::Tensor& x, const at::Tensor& residual, double p, const at::Tensor& gamma,
                                  const at::Tensor& beta, double epsilon, Pass& pass) {
  if (x.is_cuda() && can_fuse_norm(x, residual, gamma)) {
    const bool draws = p > 0 && pass.dropout.active();
    return dropout_add_layer_norm_cuda(x, residual, draws ? p : 0, draws ? pass.dropout.next() : DropoutKey{}, gamma,
                                       beta, epsilon, pass);
  }
  return at::layer_norm(residual + dropout(x, p, pass), {residual.size(1)}, gamma, beta, epsilon);
}

at::Tensor cross_entropy_sum(const at::Tensor& logits, const at::Tensor& labels) {
  const auto scores = logits.scalar_type() == at::kDouble ? logits : logits.to(at::kFloat);
  return at::cross_entropy_loss(scores, labels, {}, at::Reduction::Sum);
}

}  // namespace cmgems::nn::ops
