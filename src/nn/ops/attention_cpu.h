// Attention on CPU as one autograd node over all windows of a ragged batch.
#pragma once

#include "cmgems/nn/ops.h"

namespace cmgems::nn::ops {

/// Where the mask of a window's head is drawn from: each has its own numbers.
inline DropoutKey key_of_head(DropoutKey key, std::int64_t window, std::int64_t heads, std::int64_t head) {
  key.draw += static_cast<std::uint64_t>(window * heads + head);
  return key;
}

/// One head of one window at a time, its scores [Q, T] in the cache of a core. They are computed again in the backward
/// pass from the logarithm of each row's sum (FlashAttention-2, arXiv:2307.08691, without its tiles: windows are
/// short), under the same dropout mask. fp32 or bf16; scores are fp32. `dropout` 0: none.
at::Tensor attention_cpu(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, Boundaries query_windows,
                         Boundaries key_windows, double dropout, const DropoutKey& key);

}  // namespace cmgems::nn::ops
