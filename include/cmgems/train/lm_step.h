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

/// What a rank has to know about the others; by default there are none.
struct RankPart {
  std::uint64_t masked = 0;  // tokens of the global batch; 0 = those of `batches`
  int rank = 0;              // draws its own dropout
  std::function<void()> before_last_backward = [] {};
};

/// Adds the gradients of the mean cross-entropy over all masked tokens of the global batch, however it is split.
/// -> that mean, or the part of it that `batches` are, [] on the device, which nobody waits for; undefined when they
/// have no masked token. REQUIRES: at least one masked token in the global batch.
at::Tensor accumulate_gradients(nn::MaskedLm& model, std::span<const corpus::RaggedBatch> batches,
                                const nn::Runtime& runtime, std::uint64_t seed, std::int64_t step,
                                const Poll& poll = never_stop, const RankPart& part = {});

/// Cross-entropy of each masked token [M], without gradients and dropout.
std::vector<double> masked_losses(nn::MaskedLm& model, const corpus::RaggedBatch& batch, const nn::Runtime& runtime);

/// Cross-entropy summed over all masked tokens, without gradients and dropout.
double summed_cross_entropy(nn::MaskedLm& model, std::span<const corpus::RaggedBatch> batches,
                            const nn::Runtime& runtime, const Poll& poll = never_stop);
/// The same, as the mean of a token.
double mean_cross_entropy(nn::MaskedLm& model, std::span<const corpus::RaggedBatch> batches, const nn::Runtime& runtime,
                          const Poll& poll = never_stop);

}  // namespace cmgems::train
