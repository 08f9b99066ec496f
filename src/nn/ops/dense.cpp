#include <ATen/ops/gelu.h>
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

}  // namespace cmgems::nn::ops
