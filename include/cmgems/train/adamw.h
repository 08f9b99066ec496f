// AdamW (Loshchilov and Hutter 2019) through LibTorch's fused kernel, with two groups: matrices with weight decay,
// biases and LayerNorm without.
#pragma once

#include <torch/nn/module.h>

#include <string>
#include <utility>
#include <vector>

namespace cmgems::train {

using NamedTensors = std::vector<std::pair<std::string, at::Tensor>>;

struct AdamWOptions {
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 0.01;
};

class AdamW {
 public:
  /// Over the parameters that require gradients; frozen ones stay out.
  AdamW(const torch::nn::Module& module, const AdamWOptions& options);
  /// Scales all gradients so that their joint 2-norm is at most max_norm (0 = leave them). -> the norm before, [] on
  /// the device, which nobody waits for.
  at::Tensor clip_gradients(double max_norm);
  /// One update; where `skip` ([] fp32 on the device, 0 or 1) is 1, nothing changes. REQUIRES: every parameter that is
  /// trained has a gradient.
  void step(double learning_rate, const at::Tensor& skip = {});
  void clear_gradients();
  /// All that the next step depends on, by parameter: exp_avg.NAME, exp_avg_sq.NAME and step.NAME (updates so far), in
  /// the optimizer's own memory.
  NamedTensors state() const;

 private:
  struct Group {
    double weight_decay;
    std::vector<std::string> names;
    std::vector<at::Tensor> parameters, first_moments, second_moments, steps;
  };
  static std::vector<at::Tensor> gradients_of(const Group& group);
  AdamWOptions options_;
  std::vector<Group> groups_;
};

}  // namespace cmgems::train
