// The kernels behind the table, with plain pointers: what the .cu files define. T is float or c10::BFloat16.
#pragma once

#include <cuda_runtime_api.h>

#include "rows.h"

namespace cmgems::nn::cuda {

constexpr int kNormParts = 256;  // partial sums of the gradients of gamma and beta

/// mask[i] = factor of element i, for `count` elements. `mask` is aligned to 16 bytes.
void draw_mask(float* mask, std::int64_t count, const Dropout& dropout, cudaStream_t stream);

/// out[i] = x[i] * factor of element i. Both are aligned to 16 bytes.
template <class T>
void apply_dropout(const T* x, T* out, std::int64_t count, const Dropout& dropout, cudaStream_t stream);

template <class T>
void norm_forward(const NormArguments<T>& arguments, cudaStream_t stream);
template <class T>
void norm_backward(const NormBackwardArguments<T>& arguments, cudaStream_t stream);
/// Partial sums [kNormParts, H] of the gradients of gamma and beta, to be added over the first dimension.
template <class T>
void norm_weights(const NormBackwardArguments<T>& arguments, float* gamma, float* beta, cudaStream_t stream);

}  // namespace cmgems::nn::cuda
