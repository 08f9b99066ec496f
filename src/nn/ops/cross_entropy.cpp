#include <ATen/core/grad_mode.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/sum.h>
#include <torch/csrc/autograd/custom_function.h>

#include "../parallel_for.h"
#include "autograd_cpu.h"
#include "cmgems/nn/ops.h"
#include "kernels_cpu.h"
#include "recorded.h"

namespace cmgems::nn::ops {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// Sum over rows; with `in_place` the scores become their gradient.
at::Tensor sum_of_rows(const at::Tensor& scores, const at::Tensor& labels, bool in_place) {
  const std::int64_t rows = scores.size(0), columns = scores.size(1);
  const auto losses = at::empty({rows}, scores.options().dtype(at::kFloat));
  const auto* const label = labels.const_data_ptr<std::int64_t>();
  float* const out = losses.data_ptr<float>();
  const bool reduced = scores.scalar_type() == at::kBFloat16;
  at::parallel_for(0, rows, 4, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t r = begin; r < end; ++r) {
      TORCH_CHECK_INDEX(label[r] >= 0 && label[r] < columns, "label ", label[r], " of ", columns, " classes");
      out[r] = reduced ? cross_entropy_row(bits(scores) + r * columns, label[r], columns, in_place)
                       : cross_entropy_row(scores.data_ptr<float>() + r * columns, label[r], columns, in_place);
    }
  });
  return at::sum(losses);
}

struct CrossEntropy : torch::autograd::Function<CrossEntropy> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& logits, const at::Tensor& labels,
                            bool in_place) {
    const auto scores = in_place && logits.is_leaf() ? logits.clone() : logits.contiguous();
    if (in_place) tell_overwritten(scores);
    const auto loss = sum_of_rows(scores, labels, in_place);
    if (in_place) context->saved_data["gradient"] = scores.detach();
    return loss;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    require_first_derivative();
    auto scores = context->saved_data["gradient"].toTensor();
    context->saved_data.clear();  // used up: a second backward pass has nothing to start from
    return {scores.mul_(gradients[0]), {}, {}};
  }
};

}  // namespace

at::Tensor cross_entropy_sum(const at::Tensor& logits, const at::Tensor& labels, const Pass& pass) {
  const Recorded recorded("cmgems::cross_entropy");
  const auto type = logits.scalar_type();
  if (pass.fast.cross_entropy && logits.is_cpu() && (type == at::kFloat || type == at::kBFloat16)) {
    return CrossEntropy::apply(logits, labels, at::GradMode::is_enabled() && logits.requires_grad());
  }
  return at::cross_entropy_loss(type == at::kDouble ? logits : logits.to(at::kFloat), labels, {}, at::Reduction::Sum);
}

}  // namespace cmgems::nn::ops
