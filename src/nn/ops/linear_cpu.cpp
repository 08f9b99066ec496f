#include "linear_cpu.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/sum.h>
#include <torch/csrc/autograd/custom_function.h>

#include "autograd_cpu.h"

namespace cmgems::nn::ops {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// oneDNN compiles a kernel per matrix shape. Ragged batches hardly ever have the same number of rows twice, so rows are
// rounded up, with zeros, to a multiple that makes shapes repeat.
constexpr std::int64_t kRowMultiple = 64;

struct ReducedLinear : torch::autograd::Function<ReducedLinear> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                            const at::Tensor& bias, at::ScalarType compute) {
    const auto input = rounded(x, compute), matrix = weight.to(compute);
    context->save_for_backward({input, matrix});
    context->saved_data["x"] = x.scalar_type();
    context->saved_data["weight"] = weight.scalar_type();
    return at::linear(input, matrix, bias.to(compute)).narrow(0, 0, x.size(0));
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    require_first_derivative();
    const auto saved = context->get_saved_variables();
    const auto &input = saved[0], &matrix = saved[1];
    const auto gradient = rounded(gradients[0], matrix.scalar_type());
    const auto x_type = context->saved_data["x"].toScalarType(),
               weight_type = context->saved_data["weight"].toScalarType();
    return {at::mm(gradient, matrix).narrow(0, 0, gradients[0].size(0)).to(x_type),
            at::mm(gradient.t(), input).to(weight_type),
            at::sum(gradient, {0}, /*keepdim=*/false, weight_type),
            {}};
  }
};

}  // namespace

at::Tensor rounded(const at::Tensor& x, at::ScalarType compute) {
  const std::int64_t rows = x.size(0), whole = (rows + kRowMultiple - 1) / kRowMultiple * kRowMultiple;
  auto result = at::empty({whole, x.size(1)}, x.options().dtype(compute));
  result.narrow(0, 0, rows).copy_(x);
  result.narrow(0, rows, whole - rows).zero_();
  return result;
}

at::Tensor linear_reduced_cpu(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                              at::ScalarType compute) {
  return ReducedLinear::apply(x, weight, bias, compute);
}

}  // namespace cmgems::nn::ops
