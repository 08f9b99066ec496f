// LayerNorm with what comes before it, on CPU: one sweep forward, one backward.
#pragma once

#include "cmgems/nn/ops.h"

namespace cmgems::nn::ops {

/// LayerNorm(residual + dropout(x)). x [T, H] fp32 or bf16, the rest fp32. Keeps the sum and two numbers a row; the
/// mask is drawn again in the backward pass. REQUIRES: H a multiple of 8 when p > 0, so that a row starts a block of
/// numbers.
at::Tensor dropout_add_layer_norm_cpu(const at::Tensor& x, const at::Tensor& residual, double p, const DropoutKey& key,
                                      const at::Tensor& gamma, const at::Tensor& beta, double epsilon);

/// As ops::embed, fp32.
at::Tensor embed_cpu(const at::Tensor& ids, const at::Tensor& positions, const at::Tensor& words,
                     const at::Tensor& position_table, const at::Tensor& types, const at::Tensor& gamma,
                     const at::Tensor& beta, double epsilon);

}  // namespace cmgems::nn::ops
