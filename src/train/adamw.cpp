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

#include "cmgems/corpus/dealing.h"
#include "cmgems/parallel/shards.h"

namespace cmgems::train {

AdamW::AdamW(const torch::nn::Module& module, const AdamWOptions& options) : AdamW(module, options, nullptr) {}

AdamW::AdamW(const torch::nn::Module& module, const AdamWOptions& options, parallel::Ranks& ranks)
    : AdamW(module, options, ranks.alone() ? nullptr : &ranks) {}

AdamW::AdamW(const torch::nn::Module& module, const AdamWOptions& options, parallel::Ranks* ranks)
    : options_(options), ranks_(ranks), groups_(2) {
  groups_[0].weight_decay = options.weight_decay;
  groups_[1].weight_decay = 0;
  std::vector<std::size_t> sizes;
  for (const auto& item : module.named_parameters()) {
    if (!item.value().requires_grad()) continue;
    parameters_.push_back(item.value());
    sizes.push_back(static_cast<std::size_t>(item.value().numel()));
  }
  const auto owners = corpus::deal(sizes, ranks_ != nullptr ? ranks_->world() : 1);
  std::size_t next = 0;
  for (const auto& item : module.named_parameters()) {
    if (!item.value().requires_grad()) continue;
    const at::Tensor& parameter = item.value();
    auto& group = groups_[parameter.dim() > 1 ? 0 : 1];  // BERT's vectors are its biases and LayerNorm's weights
    group.names.push_back(item.key());
    group.parameters.push_back(parameter);
    group.owners.push_back(owners[next++]);
    if (ranks_ != nullptr && group.owners.back() != ranks_->rank()) continue;
    group.own_names.push_back(item.key());
    group.own.push_back(parameter);
    group.first_moments.push_back(at::zeros_like(parameter));
    group.second_moments.push_back(at::zeros_like(parameter));
    group.steps.push_back(at::zeros({}, parameter.options().dtype(at::kFloat)));
  }
}

std::vector<at::Tensor> AdamW::gradients_of(const std::vector<at::Tensor>& parameters) {
  std::vector<at::Tensor> gradients;
  for (const auto& parameter : parameters) gradients.push_back(parameter.grad());
  return gradients;
}

at::Tensor AdamW::clip_gradients(double max_norm) {
  const torch::NoGradGuard no_grad;
  std::vector<at::Tensor> gradients;
  for (const auto& group : groups_) {
    for (const auto& gradient : gradients_of(group.parameters)) gradients.push_back(gradient);
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
    if (group.own.empty()) continue;
    if (skip.defined()) {
      at::_foreach_add_(group.steps, 1 - skip);
    } else {
      at::_foreach_add_(group.steps, 1);
    }
    at::_fused_adamw_(group.own, gradients_of(group.own), group.first_moments, group.second_moments, {}, group.steps,
                      learning_rate, options_.beta1, options_.beta2, group.weight_decay, options_.epsilon,
                      /*amsgrad=*/false, /*maximize=*/false, /*grad_scale=*/{}, /*found_inf=*/gate);
  }
  if (ranks_ != nullptr) tell_updates();
}

void AdamW::tell_updates() {
  for (auto& group : groups_) parallel::share_owned(group.parameters, group.owners, *ranks_);
}

void AdamW::clear_gradients() {
  for (auto& group : groups_) {
    for (auto& parameter : group.parameters) parameter.mutable_grad() = at::Tensor();
  }
}

NamedTensors AdamW::state() const {
  NamedTensors tensors;
  for (const auto& group : groups_) {
    for (std::size_t i = 0; i < group.own.size(); ++i) {
      tensors.emplace_back("exp_avg." + group.own_names[i], group.first_moments[i]);
      tensors.emplace_back("exp_avg_sq." + group.own_names[i], group.second_moments[i]);
      tensors.emplace_back("step." + group.own_names[i], group.steps[i]);
    }
  }
  return tensors;
}

NamedTensors AdamW::gathered_state() const {
  if (ranks_ == nullptr) return state();
  const torch::NoGradGuard no_grad;
  NamedTensors tensors;
  for (const auto& group : groups_) {
    std::vector<at::Tensor> first, second, steps;
    std::size_t own = 0;
    for (std::size_t i = 0; i < group.parameters.size(); ++i) {
      const bool here = group.owners[i] == ranks_->rank();
      const auto& parameter = group.parameters[i];
      first.push_back(here ? group.first_moments[own] : at::zeros_like(parameter));
      second.push_back(here ? group.second_moments[own] : at::zeros_like(parameter));
      steps.push_back(here ? group.steps[own] : at::zeros({}, parameter.options().dtype(at::kFloat)));
      own += here ? 1 : 0;
    }
    for (const auto* list : {&first, &second, &steps}) parallel::share_owned(*list, group.owners, *ranks_);
    for (std::size_t i = 0; i < group.parameters.size(); ++i) {
      tensors.emplace_back("exp_avg." + group.names[i], first[i]);
      tensors.emplace_back("exp_avg_sq." + group.names[i], second[i]);
      tensors.emplace_back("step." + group.names[i], steps[i]);
    }
  }
  return tensors;
}

}  // namespace cmgems::train
