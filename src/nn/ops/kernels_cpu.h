// Loops of the fused CPU operations, for one thread each. Rows are contiguous. X is float or Bf16.
#pragma once

#include <cstdint>

#include "cmgems/nn/ops.h"
#include "vector_math.h"

namespace cmgems::nn::ops {

inline Bf16* bits(const at::Tensor& x) { return reinterpret_cast<Bf16*>(x.data_ptr<at::BFloat16>()); }

/// out = GELU(x + bias), exact (erf). x, out [rows, columns], bias [columns].
void bias_gelu(const float* x, const float* bias, float* out, std::int64_t rows, std::int64_t columns);
void bias_gelu(const Bf16* x, const float* bias, Bf16* out, std::int64_t rows, std::int64_t columns);

/// The same again and its derivative: `gradient`, that of the output, becomes that of x; the sums over rows are added
/// to `bias_gradient` in row order.
void bias_gelu_backward(const float* x, const float* bias, float* out, float* gradient, float* bias_gradient,
                        std::int64_t rows, std::int64_t columns);
void bias_gelu_backward(const Bf16* x, const float* bias, Bf16* out, Bf16* gradient, float* bias_gradient,
                        std::int64_t rows, std::int64_t columns);

/// Rows whose sums are kept apart and then added in order: sums over all rows do not depend on threads.
constexpr std::int64_t kBlockRows = 64;
/// total [size] += parts [blocks, size], block after block.
void add_blocks(const float* parts, std::int64_t blocks, std::int64_t size, float* total);

/// One row of LayerNorm: sum[i] += x[i] * factors[i] (x null: nothing, factors null: 1), then normalised into out.
struct RowMoments {
  float mean, scale;  // scale: 1 / sqrt(variance + epsilon)
};
RowMoments normalise_row(const float* x, const float* factors, float* sum, const float* gamma, const float* beta,
                         float* out, std::int64_t columns, float epsilon);
RowMoments normalise_row(const Bf16* x, const float* factors, float* sum, const float* gamma, const float* beta,
                         float* out, std::int64_t columns, float epsilon);
/// Gradient of the sum from that of the output; adds to the gradients of gamma and beta.
void normalise_row_backward(const float* gradient, const float* sum, RowMoments moments, const float* gamma,
                            float* sum_gradient, float* gamma_gradient, float* beta_gradient, std::int64_t columns);
void scale_row(const float* x, const float* factors, float* out, std::int64_t columns);
void scale_row(const float* x, const float* factors, Bf16* out, std::int64_t columns);
void widen_row(const Bf16* x, float* out, std::int64_t columns);

/// Cross-entropy of one row of scores; with `in_place`, the scores become their gradient, softmax - one-hot(label).
float cross_entropy_row(float* scores, std::int64_t label, std::int64_t columns, bool in_place);
float cross_entropy_row(Bf16* scores, std::int64_t label, std::int64_t columns, bool in_place);

/// One row of attention: scores become e^(scale * (score - largest)), times `factors` (null: no dropout).
struct AttentionRow {
  float largest, share;  // softmax = e^(scale * (score - largest)) * share
};
AttentionRow attention_row(float* scores, const float* factors, float scale, std::int64_t columns);
/// The row's scores again become dropped = softmax * factors, and factors the softmax; `slopes`, the gradient of
/// dropped, becomes that of the scores: scale * (dropped * slopes - softmax * sum(dropped * slopes)).
void attention_row_backward(float* scores, float* factors, float* slopes, float scale, AttentionRow row,
                            std::int64_t columns);

/// Factors of dropout_mask from its block `first_block` (8 elements each) on.
void fill_dropout_factors(float* out, std::int64_t count, std::int64_t first_block, double p, const DropoutKey& key);

}  // namespace cmgems::nn::ops
