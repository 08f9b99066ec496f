// Attention on CPU as one autograd node over all windows of a ragged batch.
#pragma once

#include "cmgems/nn/ops.h"

namespace cmgems::nn::ops {

/// A run of neighbouring windows with equal numbers of queries (0: none of its tokens asks) and of keys: one dense
/// block.
struct WindowRun {
  std::int64_t windows, first_query, queries, first_key, keys;
};
std::vector<WindowRun> runs_of(Boundaries query_windows, Boundaries key_windows);

/// Without dropout: LibTorch's fused kernel, run by run.
at::Tensor attention_cpu(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                         const std::vector<WindowRun>& runs);

/// Where the mask of a window's head is drawn from: each has its own numbers.
inline DropoutKey key_of_head(DropoutKey key, std::int64_t window, std::int64_t heads, std::int64_t head) {
  key.draw += static_cast<std::uint64_t>(window * heads + head);
  return key;
}

/// With dropout, which that kernel refuses: one head of one window at a time, its scores [Q, T] in the cache of a core.
/// They are computed again in the backward pass, under the same mask. fp32 or bf16; scores are fp32.
at::Tensor dropout_attention_cpu(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                 Boundaries query_windows, Boundaries key_windows, double dropout,
                                 const DropoutKey& key);

}  // namespace cmgems::nn::ops
