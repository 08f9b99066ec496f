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

/// Columns [begin, end) of the above and of its derivative: `gradient`, that of the output, becomes that of x; the sums
/// over rows are added to `bias_gradient` in row order. end - begin <= kColumns.
constexpr std::int64_t kColumns = 128;
struct GeluBackward {
  std::int64_t rows, columns, begin, end;
};
void bias_gelu_backward(const float* x, const float* bias, float* out, float* gradient, float* bias_gradient,
                        const GeluBackward& block);
void bias_gelu_backward(const Bf16* x, const float* bias, Bf16* out, Bf16* gradient, float* bias_gradient,
                        const GeluBackward& block);

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

/// Cross-entropy of one row of scores; with `in_place`, the scores become their gradient, softmax - one-hot(label).
float cross_entropy_row(float* scores, std::int64_t label, std::int64_t columns, bool in_place);
float cross_entropy_row(Bf16* scores, std::int64_t label, std::int64_t columns, bool in_place);

/// scores become softmax(scale * scores) row by row; `factors` become their product with it (null: no dropout).
void softmax_rows(float* scores, float* factors, float scale, std::int64_t rows, std::int64_t columns);
/// gradient = scale * (dropped * gradient - probabilities * row sum of (dropped * gradient)).
void softmax_rows_backward(const float* probabilities, const float* dropped, float* gradient, float scale,
                           std::int64_t rows, std::int64_t columns);

/// Factors of dropout_mask from its block `first_block` (8 elements each) on.
void fill_dropout_factors(float* out, std::int64_t count, std::int64_t first_block, double p, const DropoutKey& key);

}  // namespace cmgems::nn::ops
