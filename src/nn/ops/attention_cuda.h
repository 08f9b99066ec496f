// Attention on a GPU over all windows of a ragged batch.
#pragma once

#include "attention_cpu.h"
#include "cmgems/nn/ops.h"

namespace cmgems::nn::ops {

/// LibTorch's flash kernel of variable lengths, queries and keys with boundaries of their own (they differ where only
/// some tokens ask). Dropout draws from LibTorch's generator, seeded with `key`. Gradients of q are
/// added up in any order unless pass.fixed_order.
/// REQUIRES: CUDA, bf16, D a multiple of 8 and at most 256.
at::Tensor attention_flash(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, Boundaries query_windows,
                           Boundaries key_windows, double dropout, const DropoutKey& key, const Pass& pass);
bool can_flash(const at::Tensor& q);

/// A run of neighbouring windows with equal numbers of queries (0: none of its tokens asks) and of keys: one dense
/// block.
struct WindowRun {
  std::int64_t windows, first_query, queries, first_key, keys;
};
std::vector<WindowRun> runs_of(Boundaries query_windows, Boundaries key_windows);

/// Plain products run by run, computed again in the backward pass, with the masks that the CPU draws: any device and
/// dtype. The reference, and what fp32 runs on a GPU.
at::Tensor attention_plain(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                           const std::vector<WindowRun>& runs, double dropout, const DropoutKey& key);

}  // namespace cmgems::nn::ops
