// AdamW (Loshchilov and Hutter 2019) through LibTorch's fused kernel, with two groups: matrices with weight decay,
// biases and LayerNorm without.
#pragma once

#include <torch/nn/module.h>

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "cmgems/parallel/ranks.h"

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
  /// Each rank keeps the moments of the parameters that it owns, whole tensors dealt by size, updates them alone, and
  /// has the others' updates told (ZeRO-1, Rajbhandari et al. 2020). The results are those of the constructor above,
  /// bit for bit. `ranks` must outlive it.
  AdamW(const torch::nn::Module& module, const AdamWOptions& options, parallel::Ranks& ranks);
  /// Scales all gradients so that their joint 2-norm is at most max_norm (0 = leave them). -> the norm before, [] on
  /// the device, which nobody waits for.
  at::Tensor clip_gradients(double max_norm);
  /// One update; where `skip` ([] fp32 on the device, 0 or 1) is 1, nothing changes. REQUIRES: every parameter that is
  /// trained has a gradient.
  void step(double learning_rate, const at::Tensor& skip = {});
  void clear_gradients();
  /// All that the next step depends on, by parameter: exp_avg.NAME, exp_avg_sq.NAME and step.NAME (updates so far), in
  /// the optimizer's own memory; of the parameters that this rank owns.
  NamedTensors state() const;
  bool sharded() const { return ranks_ != nullptr; }
  /// The state of all parameters, as one process has it. Every rank must call it when the state is sharded.
  NamedTensors gathered_state() const;
  /// All trained parameters, in the order of the model.
  const std::vector<at::Tensor>& parameters() const { return parameters_; }

 private:
  struct Group {
    double weight_decay;
    std::vector<std::string> names;
    std::vector<at::Tensor> parameters;  // all of the group
    std::vector<int> owners;             // of each; empty = this process
    // of those that this rank owns
    std::vector<std::string> own_names;
    std::vector<at::Tensor> own, first_moments, second_moments, steps;
  };
  AdamW(const torch::nn::Module& module, const AdamWOptions& options, parallel::Ranks* ranks);
  static std::vector<at::Tensor> gradients_of(const std::vector<at::Tensor>& parameters);
  void tell_updates();
  AdamWOptions options_;
  parallel::Ranks* ranks_;  // null: not sharded
  std::vector<at::Tensor> parameters_;
  std::vector<Group> groups_;
};

}  // namespace cmgems::train
