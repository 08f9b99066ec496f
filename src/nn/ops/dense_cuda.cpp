#include "dense_cuda.h"

#include <ATen/Context.h>
#include <ATen/ops/dropout.h>
#include <ATen/ops/linear.h>
#include <torch/csrc/autograd/custom_function.h>

#include <mutex>

#include "../cuda/load.h"
#include "cmgems/nn/device_cache.h"

namespace cmgems::nn::ops {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// Autograd keeps plain values only: a key travels as a list of integers.
std::vector<std::int64_t> flatten(const DropoutKey& key) {
  return {static_cast<std::int64_t>(key.seed), static_cast<std::int64_t>(key.step),
          static_cast<std::int64_t>(key.draw)};
}
DropoutKey key_of(const c10::IValue& value) {
  const auto list = value.toIntVector();
  return {static_cast<std::uint64_t>(list[0]), static_cast<std::uint64_t>(list[1]),
          static_cast<std::uint64_t>(list[2])};
}

struct FusedDropout : torch::autograd::Function<FusedDropout> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, double p, const DropoutKey& key) {
    context->saved_data["p"] = p;
    context->saved_data["key"] = flatten(key);
    return cuda::table()->dropout(x, p, key);
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    return {
        cuda::table()->dropout(gradients[0], context->saved_data["p"].toDouble(), key_of(context->saved_data["key"])),
        {},
        {}};
  }
};

/// Two results, the second one the first in the dtype of x (absent when that is fp32).
struct FusedNorm : torch::autograd::Function<FusedNorm> {
  static variable_list forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& residual,
                               const at::Tensor& gamma, const at::Tensor& beta, double p, const DropoutKey& key,
                               double epsilon) {
    const auto result = cuda::table()->norm(x, residual, p, key, gamma, beta, epsilon);
    context->set_materialize_grads(false);
    context->save_for_backward({result.sum, result.mean, result.deviation, gamma});
    context->saved_data["p"] = p;
    context->saved_data["key"] = flatten(key);
    context->saved_data["x"] = x.scalar_type();
    if (!result.low.defined()) return {result.y};
    return {result.y, result.low};
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto low = gradients.size() > 1 ? gradients[1] : at::Tensor();
    if (!gradients[0].defined() && !low.defined()) return variable_list(7);
    const auto saved = context->get_saved_variables();
    const auto result = cuda::table()->norm_backward(
        gradients[0], low, {{}, {}, saved[0], saved[1], saved[2]}, context->saved_data["p"].toDouble(),
        key_of(context->saved_data["key"]), saved[3], context->saved_data["x"].toScalarType());
    return {result.x, result.residual, result.gamma, result.beta, {}, {}, {}};
  }
};

}  // namespace

at::Tensor linear_cuda(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, const Pass& pass) {
  if (pass.cache == nullptr) return at::linear(x.to(pass.compute), weight.to(pass.compute), bias.to(pass.compute));
  return at::linear(pass.cache->states(x, pass.compute), pass.cache->weight(weight, pass.compute),
                    pass.cache->weight(bias, pass.compute));
}

at::Tensor dropout_cuda(const at::Tensor& x, double p, const DropoutKey& key) {
  if (cuda::table() != nullptr && (x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16)) {
    return FusedDropout::apply(x, p, key);
  }
  seed_generator(x.device(), key);
  return at::dropout(x, p, /*train=*/true);
}

bool can_fuse_norm(const at::Tensor& x, const at::Tensor& residual, const at::Tensor& gamma) {
  const bool types = (x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16) &&
                     residual.scalar_type() == at::kFloat && gamma.scalar_type() == at::kFloat;
  return cuda::table() != nullptr && types && x.size(1) % cuda::kColumns == 0;
}

at::Tensor dropout_add_layer_norm_cuda(const at::Tensor& x, const at::Tensor& residual, double p, const DropoutKey& key,
                                       const at::Tensor& gamma, const at::Tensor& beta, double epsilon,
                                       const Pass& pass) {
  const auto result = FusedNorm::apply(x, residual, gamma, beta, p, key, epsilon);
  if (result.size() > 1 && pass.cache != nullptr) pass.cache->remember(result[0], result[1]);
  return result[0];
}

void seed_generator(at::Device device, const DropoutKey& key) {
  at::Generator generator = at::globalContext().defaultGenerator(device);
  const std::scoped_lock lock(generator.mutex());
  generator.set_current_seed(device_seed(key));
}

}  // namespace cmgems::nn::ops
