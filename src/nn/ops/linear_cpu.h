// Matrix products in bf16 on CPU, with row counts that repeat.
#pragma once

#include "cmgems/nn/ops.h"

namespace cmgems::nn::ops {

/// x [T, in], weight [out, in], bias [out] -> [T, out] in `compute`; gradients in the dtypes of the inputs.
at::Tensor linear_reduced_cpu(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                              at::ScalarType compute);

/// x in `compute`, with rows of zeros up to a multiple that makes shapes repeat.
at::Tensor rounded(const at::Tensor& x, at::ScalarType compute);

}  // namespace cmgems::nn::ops
