#include "cmgems/train/lm_step.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/Reduction.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <torch/csrc/autograd/grad_mode.h>

#include <cmath>

#include "cmgems/nn/device_cache.h"

namespace cmgems::train {
namespace {

/// Sum of the cross-entropy over the masked tokens of one micro-batch.
at::Tensor summed_loss(nn::MaskedLm& model, const corpus::RaggedBatch& batch, at::Device device, nn::Pass& pass) {
  const auto masked = nn::to_masked(batch, device);
  return nn::ops::cross_entropy_sum(model->forward(masked.input, masked.selection, pass), masked.labels, pass);
}

/// Index of the last batch that has anything to learn from.
std::size_t last_masked(std::span<const corpus::RaggedBatch> batches) {
  std::size_t last = batches.size();
  while (last > 0 && batches[last - 1].masked.empty()) --last;
  return last - 1;  // none: no index at all
}

}  // namespace

at::Device device_of(const nn::Runtime& runtime) { return runtime.cuda ? at::Device(at::kCUDA) : at::Device(at::kCPU); }

nn::Pass make_pass(const nn::Runtime& runtime, nn::DropoutStream dropout) {
  return {runtime.bf16 ? at::kBFloat16 : at::kFloat, dropout, runtime.fast, nullptr, runtime.deterministic};
}

std::int64_t masked_tokens(std::span<const corpus::RaggedBatch> batches) {
  std::int64_t count = 0;
  for (const auto& batch : batches) count += static_cast<std::int64_t>(batch.masked.size());
  return count;
}

at::Tensor accumulate_gradients(nn::MaskedLm& model, std::span<const corpus::RaggedBatch> batches,
                                const nn::Runtime& runtime, std::uint64_t seed, std::int64_t step, const Poll& poll,
                                const RankPart& part) {
  const auto denominator =
      part.masked > 0 ? static_cast<double>(part.masked) : static_cast<double>(masked_tokens(batches));
  const auto dropout_step = static_cast<std::uint64_t>(step) | static_cast<std::uint64_t>(part.rank) << 32;
  const std::size_t last = last_masked(batches);
  at::Tensor total;
  const auto cache = std::make_shared<nn::DeviceCache>();
  for (std::size_t i = 0; i < batches.size(); ++i) {
    if (batches[i].masked.empty()) continue;
    poll();
    const nn::DropoutStream dropout(seed, dropout_step, i);
    nn::Pass pass = make_pass(runtime, dropout);
    pass.cache = cache;
    const auto loss = summed_loss(model, batches[i], device_of(runtime), pass) / denominator;
    if (i == last) part.before_last_backward();
    loss.backward();
    total = total.defined() ? total + loss.detach() : loss.detach();
  }
  return total;
}

std::vector<double> masked_losses(nn::MaskedLm& model, const corpus::RaggedBatch& batch, const nn::Runtime& runtime) {
  if (batch.masked.empty()) return {};
  const torch::NoGradGuard no_grad;
  const auto device = device_of(runtime);
  nn::Pass pass = make_pass(runtime);
  const auto logits = model->forward(nn::to_ragged(batch, device), nn::select_masked(batch, device), pass);
  const auto losses =
      at::cross_entropy_loss(logits.to(at::kFloat), nn::labels_of(batch, device), /*weight=*/{}, at::Reduction::None)
          .to(at::kCPU, at::kDouble)
          .contiguous();
  const double* values = losses.const_data_ptr<double>();
  return {values, values + losses.numel()};
}

double summed_cross_entropy(nn::MaskedLm& model, std::span<const corpus::RaggedBatch> batches,
                            const nn::Runtime& runtime, const Poll& poll) {
  const torch::NoGradGuard no_grad;
  at::Tensor total;  // in fp64
  for (const auto& batch : batches) {
    if (batch.masked.empty()) continue;
    poll();
    nn::Pass pass = make_pass(runtime);
    const auto loss = summed_loss(model, batch, device_of(runtime), pass).to(at::kDouble);
    total = total.defined() ? total + loss : loss;
  }
  return total.defined() ? total.item<double>() : 0;
}

double mean_cross_entropy(nn::MaskedLm& model, std::span<const corpus::RaggedBatch> batches, const nn::Runtime& runtime,
                          const Poll& poll) {
  const auto masked = masked_tokens(batches);
  return masked == 0 ? std::nan("") : summed_cross_entropy(model, batches, runtime, poll) / static_cast<double>(masked);
}

}  // namespace cmgems::train
