#include "cmgems/train/adamw.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>
#include <torch/csrc/autograd/grad_mode.h>

#include <optional>

namespace cmgems::train {

AdamW::AdamW(const torch::nn::Module& module, const AdamWOptions& options)
    : options_(options), groups_{{options.weight_decay, {}, {}, {}, {}, {}}, {0.0, {}, {}, {}, {}, {}}} {
  for (const auto& item : module.named_parameters()) {
    const at::Tensor& parameter = item.value();
    if (!parameter.requires_grad()) continue;
    auto& group = groups_[parameter.dim() > 1 ? 0 : 1];  // BERT's vectors are its biases and LayerNorm's weights
    group.names.push_back(item.key());
    group.parameters.push_back(parameter);
    group.first_moments.push_back(at::zeros_like(parameter));
    group.second_moments.push_back(at::zeros_like(parameter));
    group.steps.push_back(at::zeros({}, parameter.options().dtype(at::kFloat)));
  }
}

std::vector<at::Tensor> AdamW::gradients_of(const Group& group) {
  std::vector<at::Tensor> gradients;
  for (const auto& parameter : group.parameters) gradients.push_back(parameter.grad());
  return gradients;
}

at::Tensor AdamW::clip_gradients(double max_norm) {
  const torch::NoGradGuard no_grad;
  std::vector<at::Tensor> gradients;
  for (const auto& group : groups_) {
    for (const auto& gradient : gradients_of(group)) gradients.push_back(gradient);
  }
  const auto norm = at::linalg_vector_norm(at::stack(at::_foreach_norm(gradients, 2)));
  if (max_norm > 0) {
    const auto wide = norm.to(at::kDouble);
    const auto factor = at::where(wide > max_norm, at::full_like(wide, max_norm) / (wide + 1e-6), 1.0);
    at::_foreach_mul_(gradients, factor.to(gradients[0].scalar_type()));
  }
  return norm;
}

void AdamW::step(double learning_rate, const at::Tensor& skip) {
  const torch::NoGradGuard no_grad;
  const auto gate = skip.defined() ? std::optional(skip) : std::nullopt;
  for (auto& group : groups_) {
    if (skip.defined()) {
      at::_foreach_add_(group.steps, 1 - skip);
    } else {
      at::_foreach_add_(group.steps, 1);
    }
    at::_fused_adamw_(group.parameters, gradients_of(group), group.first_moments, group.second_moments, {}, group.steps,
                      learning_rate, options_.beta1, options_.beta2, group.weight_decay, options_.epsilon,
                      /*amsgrad=*/false, /*maximize=*/false, /*grad_scale=*/{}, /*found_inf=*/gate);
  }
}

void AdamW::clear_gradients() {
  for (auto& group : groups_) {
    for (auto& parameter : group.parameters) parameter.mutable_grad() = at::Tensor();
  }
}

NamedTensors AdamW::state() const {
  NamedTensors tensors;
  for (const auto& group : groups_) {
    for (std::size_t i = 0; i < group.names.size(); ++i) {
      tensors.emplace_back("exp_avg." + group.names[i], group.first_moments[i]);
      tensors.emplace_back("exp_avg_sq." + group.names[i], group.second_moments[i]);
      tensors.emplace_back("step." + group.names[i], group.steps[i]);
    }
  }
  return tensors;
}

}  // namespace cmgems::train
