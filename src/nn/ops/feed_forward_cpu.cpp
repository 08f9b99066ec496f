#include "feed_forward_cpu.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/add.h>
#include <ATen/ops/addmm.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/sum.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>

#include "../parallel_for.h"
#include "autograd_cpu.h"
#include "kernels_cpu.h"
#include "linear_cpu.h"

namespace cmgems::nn::ops {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr std::int64_t kChunkRows = 1024;  // 12 MB of wide activations at F = 3072

/// out [n, F] = GELU(wide + bias).
void gelu_of(const at::Tensor& wide, const at::Tensor& bias, const at::Tensor& out) {
  const std::int64_t columns = wide.size(1);
  const float* const b = bias.const_data_ptr<float>();
  const bool reduced = wide.scalar_type() == at::kBFloat16;
  at::parallel_for(0, wide.size(0), 16, [&](std::int64_t begin, std::int64_t end) {
    const std::int64_t first = begin * columns, rows = end - begin;
    if (reduced) return bias_gelu(bits(wide) + first, b, bits(out) + first, rows, columns);
    bias_gelu(wide.data_ptr<float>() + first, b, out.data_ptr<float>() + first, rows, columns);
  });
}

/// out [n, F] = GELU(wide + bias) again; gradient [n, F] of it becomes that of wide.
void gelu_backward_of(const at::Tensor& wide, const at::Tensor& bias, const at::Tensor& out, const at::Tensor& gradient,
                      const at::Tensor& bias_gradient) {
  const std::int64_t rows = wide.size(0), columns = wide.size(1), blocks = (rows + kBlockRows - 1) / kBlockRows;
  const auto partial = at::zeros({blocks, columns}, bias_gradient.options());
  const float* const b = bias.const_data_ptr<float>();
  float* const parts = partial.data_ptr<float>();
  const bool reduced = wide.scalar_type() == at::kBFloat16;
  at::parallel_for(0, blocks, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t first = i * kBlockRows * columns, n = std::min(kBlockRows, rows - i * kBlockRows);
      float* const part = parts + i * columns;
      if (reduced) {
        bias_gelu_backward(bits(wide) + first, b, bits(out) + first, bits(gradient) + first, part, n, columns);
      } else {
        bias_gelu_backward(wide.data_ptr<float>() + first, b, out.data_ptr<float>() + first,
                           gradient.data_ptr<float>() + first, part, n, columns);
      }
    }
  });
  add_blocks(parts, blocks, columns, bias_gradient.data_ptr<float>());
}

/// total (fp32) += a b, or = a b for the first chunk; products in bf16 are rounded once per chunk.
void accumulate_product(at::Tensor& total, const at::Tensor& a, const at::Tensor& b, bool first) {
  if (a.scalar_type() == at::kFloat) {
    at::addmm_out(total, total, a, b, /*beta=*/first ? 0 : 1);
  } else if (first) {
    total.copy_(at::mm(a, b));
  } else {
    total.add_(at::mm(a, b));
  }
}

struct FeedForward : torch::autograd::Function<FeedForward> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& wide_weight,
                            const at::Tensor& wide_bias, const at::Tensor& weight, const at::Tensor& bias,
                            at::ScalarType compute, bool keep) {
    const auto input = compute == at::kFloat ? x.contiguous() : rounded(x, compute);
    const auto first = wide_weight.to(compute), second = weight.to(compute), offset = bias.to(compute);
    const std::int64_t rows = input.size(0), chunk = std::min(rows, kChunkRows), width = first.size(0);
    const auto wide = at::empty({keep ? rows : chunk, width}, input.options());  // [T, F]
    const auto active = at::empty({chunk, width}, input.options());
    const auto out = at::empty({rows, second.size(0)}, input.options());
    for (std::int64_t row = 0; row < rows; row += chunk) {
      const std::int64_t n = std::min(chunk, rows - row);
      auto wide_rows = wide.narrow(0, keep ? row : 0, n), active_rows = active.narrow(0, 0, n);
      auto out_rows = out.narrow(0, row, n);
      at::mm_out(wide_rows, input.narrow(0, row, n), first.t());
      gelu_of(wide_rows, wide_bias, active_rows);
      at::addmm_out(out_rows, offset, active_rows, second.t());
    }
    if (keep) context->save_for_backward({input, first, wide_bias, second, wide});
    return out.narrow(0, 0, x.size(0));
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    require_first_derivative();
    const auto saved = context->get_saved_variables();
    const auto &input = saved[0], &first = saved[1], &wide_bias = saved[2], &second = saved[3], &wide = saved[4];
    const std::int64_t rows = input.size(0), chunk = std::min(rows, kChunkRows);
    const auto gradient =
        input.scalar_type() == at::kFloat ? gradients[0].contiguous() : rounded(gradients[0], input.scalar_type());
    const auto fp32 = wide_bias.options();
    auto first_gradient = at::empty(first.sizes(), fp32), second_gradient = at::empty(second.sizes(), fp32);
    const auto wide_bias_gradient = at::zeros(wide_bias.sizes(), fp32);
    if (rows == 0) {  // no chunk will set them
      first_gradient.zero_();
      second_gradient.zero_();
    }
    const auto active = at::empty({chunk, first.size(0)}, input.options()), slopes = at::empty_like(active);
    const auto out = at::empty_like(input);
    for (std::int64_t row = 0; row < rows; row += chunk) {
      const std::int64_t n = std::min(chunk, rows - row);
      const auto rows_of = [&](const at::Tensor& x) { return x.narrow(0, row, n); };
      auto active_rows = active.narrow(0, 0, n), slope_rows = slopes.narrow(0, 0, n), out_rows = rows_of(out);
      at::mm_out(slope_rows, rows_of(gradient), second);
      gelu_backward_of(rows_of(wide), wide_bias, active_rows, slope_rows, wide_bias_gradient);
      accumulate_product(second_gradient, rows_of(gradient).t(), active_rows, row == 0);
      accumulate_product(first_gradient, slope_rows.t(), rows_of(input), row == 0);
      at::mm_out(out_rows, slope_rows, first);
    }
    return {out.narrow(0, 0, gradients[0].size(0)).to(at::kFloat),
            first_gradient,
            wide_bias_gradient,
            second_gradient,
            at::sum(gradient, {0}, /*keepdim=*/false, at::kFloat),
            {},
            {}};
  }
};

}  // namespace

at::Tensor feed_forward_cpu(const at::Tensor& x, const at::Tensor& wide_weight, const at::Tensor& wide_bias,
                            const at::Tensor& weight, const at::Tensor& bias, at::ScalarType compute) {
  const bool keep = at::GradMode::is_enabled();
  return FeedForward::apply(x, wide_weight, wide_bias, weight, bias, compute, keep);
}

}  // namespace cmgems::nn::ops
