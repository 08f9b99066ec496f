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

/// dropout 0: the fused kernel; otherwise plain products with the mask drawn again in the backward pass.
at::Tensor attention_cpu(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, std::vector<WindowRun> runs,
                         double dropout, const DropoutKey& key);

}  // namespace cmgems::nn::ops
