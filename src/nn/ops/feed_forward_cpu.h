// The feed-forward half of a layer on CPU, in chunks of rows whose wide activations stay in the cache.
#pragma once

#include "cmgems/nn/ops.h"

namespace cmgems::nn::ops {

/// As ops::feed_forward; x [T, H] in fp32. Only x W1^T [T, F] is kept for the backward pass, without its bias: GELU is
/// computed again there, in the same sweep as its derivative.
at::Tensor feed_forward_cpu(const at::Tensor& x, const at::Tensor& wide_weight, const at::Tensor& wide_bias,
                            const at::Tensor& weight, const at::Tensor& bias, at::ScalarType compute);

}  // namespace cmgems::nn::ops
