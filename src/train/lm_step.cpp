#include "cmgems/train/lm_step.h"

#include <ATen/Context.h>
#include <ATen/TensorOperators.h>
#include <torch/csrc/autograd/grad_mode.h>

namespace cmgems::train {
namespace {

/// Sum of the cross-entropy over the masked tokens of one micro-batch.
at::Tensor summed_loss(nn::MaskedLm& model, const corpus::RaggedBatch& batch, at::Device device, nn::Pass& pass) {
  const auto selection = nn::select_masked(batch, device);
  const auto logits = model->forward(nn::to_ragged(batch, device), selection, pass);
  return nn::ops::cross_entropy_sum(logits, nn::labels_of(batch, device));
}

}  // namespace

at::Device device_of(const nn::Runtime& runtime) { return runtime.cuda ? at::Device(at::kCUDA) : at::Device(at::kCPU); }

nn::Pass make_pass(const nn::Runtime& runtime, nn::DropoutStream dropout) {
  return {runtime.bf16 ? at::kBFloat16 : at::kFloat, dropout};
}

std::int64_t masked_tokens(std::span<const corpus::RaggedBatch> batches) {
  std::int64_t count = 0;
  for (const auto& batch : batches) count += static_cast<std::int64_t>(batch.masked.size());
  return count;
}

double accumulate_gradients(nn::MaskedLm& model, std::span<const corpus::RaggedBatch> batches,
                            const nn::Runtime& runtime, std::uint64_t seed, std::int64_t step, const Poll& poll) {
  const auto denominator = static_cast<double>(masked_tokens(batches));
  at::Tensor total;
  for (std::size_t i = 0; i < batches.size(); ++i) {
    if (batches[i].masked.empty()) continue;
    poll();
    const nn::DropoutStream dropout(seed, static_cast<std::uint64_t>(step), i);
    nn::Pass pass = make_pass(runtime, dropout);
    if (runtime.cuda) at::manual_seed(dropout.device_seed());
    const auto loss = summed_loss(model, batches[i], device_of(runtime), pass) / denominator;
    loss.backward();
    total = total.defined() ? total + loss.detach() : loss.detach();
  }
  return total.item<double>();
}

double mean_cross_entropy(nn::MaskedLm& model, std::span<const corpus::RaggedBatch> batches, const nn::Runtime& runtime,
                          const Poll& poll) {
  const torch::NoGradGuard no_grad;
  double total = 0;
  for (const auto& batch : batches) {
    if (batch.masked.empty()) continue;
    poll();
    nn::Pass pass = make_pass(runtime);
    total += summed_loss(model, batch, device_of(runtime), pass).item<double>();
  }
  return total / static_cast<double>(masked_tokens(batches));
}

}  // namespace cmgems::train
