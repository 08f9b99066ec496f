// Forward and backward of masked-language-model batches: what pretraining and evaluation share.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "cmgems/corpus/batch.h"
#include "cmgems/nn/device.h"
#include "cmgems/nn/heads.h"

namespace cmgems::train {

at::Device device_of(const nn::Runtime& runtime);
/// A pass in the runtime's precision, with dropout drawn from `dropout`.
nn::Pass make_pass(const nn::Runtime& runtime, nn::DropoutStream dropout = {});

/// Masked tokens over all micro-batches: the denominator of the loss.
std::int64_t masked_tokens(std::span<const corpus::RaggedBatch> batches);

/// Called before each micro-batch; ends the work by throwing.
using Poll = std::function<void()>;
inline void never_stop() {}

/// Adds the gradients of the mean cross-entropy over all masked tokens of the global batch, however it is split.
/// -> that mean, [] on the device, which nobody waits for. REQUIRES: at least one masked token.
at::Tensor accumulate_gradients(nn::MaskedLm& model, std::span<const corpus::RaggedBatch> batches,
                                const nn::Runtime& runtime, std::uint64_t seed, std::int64_t step,
                                const Poll& poll = never_stop);

/// Cross-entropy of each masked token [M], without gradients and dropout.
std::vector<double> masked_losses(nn::MaskedLm& model, const corpus::RaggedBatch& batch, const nn::Runtime& runtime);

/// Mean cross-entropy over all masked tokens, without gradients and dropout.
double mean_cross_entropy(nn::MaskedLm& model, std::span<const corpus::RaggedBatch> batches, const nn::Runtime& runtime,
                          const Poll& poll = never_stop);

}  // namespace cmgems::train
