#include "kernels_cpu.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "cmgems/base/random.h"

namespace cmgems::nn::ops {
namespace {

// Sums run in kLanes interleaved parts, whatever the processor's width, so that they vectorise.
constexpr std::int64_t kLanes = 16;
using Lanes = std::array<float, kLanes>;

CMGEMS_INLINE float total(const Lanes& lanes) {
  float sum = 0;
  for (std::int64_t l = 0; l < kLanes; ++l) sum += lanes[static_cast<std::size_t>(l)];
  return sum;
}

template <class X>
CMGEMS_INLINE void gelu_rows(const X* x, const float* bias, X* out, std::int64_t rows, std::int64_t columns) {
  for (std::int64_t r = 0; r < rows; ++r) {
    for (std::int64_t c = 0; c < columns; ++c) {
      const float value = to_float(x[r * columns + c]) + bias[c];
      store(out[r * columns + c], value * normal(value).cdf);
    }
  }
}

template <class X>
CMGEMS_INLINE void gelu_rows_backward(const X* __restrict x, const float* __restrict bias, X* __restrict out,
                                      X* __restrict gradient, float* __restrict bias_gradient, std::int64_t rows,
                                      std::int64_t columns) {
  for (std::int64_t r = 0; r < rows; ++r) {
    for (std::int64_t c = 0; c < columns; ++c) {
      const std::int64_t i = r * columns + c;
      const float value = to_float(x[i]) + bias[c];
      const Normal n = normal(value);
      store(out[i], value * n.cdf);
      const float slope = to_float(gradient[i]) * (n.cdf + value * n.density);
      store(gradient[i], slope);
      bias_gradient[c] += slope;
    }
  }
}

template <class X>
CMGEMS_INLINE RowMoments normalise(const X* x, const float* factors, float* __restrict sum, const float* gamma,
                                   const float* beta, float* __restrict out, std::int64_t columns, float epsilon) {
  if (x != nullptr && factors != nullptr) {
    for (std::int64_t c = 0; c < columns; ++c) sum[c] += to_float(x[c]) * factors[c];
  } else if (x != nullptr) {
    for (std::int64_t c = 0; c < columns; ++c) sum[c] += to_float(x[c]);
  }
  Lanes first{}, second{};
  for (std::int64_t c = 0; c + kLanes <= columns; c += kLanes)
    for (std::int64_t l = 0; l < kLanes; ++l) first[static_cast<std::size_t>(l)] += sum[c + l];
  const std::int64_t rest = columns / kLanes * kLanes;
  for (std::int64_t c = rest; c < columns; ++c) first[0] += sum[c];
  const float mean = total(first) / static_cast<float>(columns);
  for (std::int64_t c = 0; c + kLanes <= columns; c += kLanes)
    for (std::int64_t l = 0; l < kLanes; ++l)
      second[static_cast<std::size_t>(l)] += (sum[c + l] - mean) * (sum[c + l] - mean);
  for (std::int64_t c = rest; c < columns; ++c) second[0] += (sum[c] - mean) * (sum[c] - mean);
  const float scale = 1.0F / std::sqrt(total(second) / static_cast<float>(columns) + epsilon);
  for (std::int64_t c = 0; c < columns; ++c) out[c] = (sum[c] - mean) * scale * gamma[c] + beta[c];
  return {mean, scale};
}

template <class X>
CMGEMS_INLINE void scale_all(const float* x, const float* factors, X* out, std::int64_t columns) {
  for (std::int64_t c = 0; c < columns; ++c) store(out[c], factors != nullptr ? x[c] * factors[c] : x[c]);
}

/// Largest of `columns` values.
template <class X>
CMGEMS_INLINE float largest(const X* x, std::int64_t columns) {
  float top = to_float(x[0]);
  Lanes lanes;
  for (std::int64_t l = 0; l < kLanes; ++l) lanes[static_cast<std::size_t>(l)] = top;
  const std::int64_t rest = columns / kLanes * kLanes;
  for (std::int64_t c = 0; c < rest; c += kLanes) {
    for (std::int64_t l = 0; l < kLanes; ++l) {
      const float value = to_float(x[c + l]);
      float& lane = lanes[static_cast<std::size_t>(l)];
      lane = value > lane ? value : lane;
    }
  }
  for (std::int64_t c = rest; c < columns; ++c) top = std::max(top, to_float(x[c]));
  for (const float lane : lanes) top = std::max(top, lane);
  return top;
}

template <class X>
CMGEMS_INLINE float cross_entropy(X* scores, std::int64_t label, std::int64_t columns, bool in_place) {
  const float top = largest(scores, columns);
  const float wanted = to_float(scores[label]);
  Lanes lanes{};
  const std::int64_t rest = columns / kLanes * kLanes;
  for (std::int64_t c = 0; c < rest; c += kLanes)
    for (std::int64_t l = 0; l < kLanes; ++l)
      lanes[static_cast<std::size_t>(l)] += exp_of_negative(to_float(scores[c + l]) - top);
  for (std::int64_t c = rest; c < columns; ++c) lanes[0] += exp_of_negative(to_float(scores[c]) - top);
  const float sum = total(lanes), share = 1.0F / sum;
  if (in_place) {
    for (std::int64_t c = 0; c < columns; ++c)
      store(scores[c], exp_of_negative(to_float(scores[c]) - top) * share - (c == label ? 1.0F : 0.0F));
  }
  return std::log(sum) + top - wanted;
}

}  // namespace

CMGEMS_KERNEL void bias_gelu(const float* x, const float* bias, float* out, std::int64_t rows, std::int64_t columns) {
  gelu_rows(x, bias, out, rows, columns);
}
CMGEMS_KERNEL void bias_gelu(const Bf16* x, const float* bias, Bf16* out, std::int64_t rows, std::int64_t columns) {
  gelu_rows(x, bias, out, rows, columns);
}

CMGEMS_KERNEL void bias_gelu_backward(const float* x, const float* bias, float* out, float* gradient,
                                      float* bias_gradient, std::int64_t rows, std::int64_t columns) {
  gelu_rows_backward(x, bias, out, gradient, bias_gradient, rows, columns);
}
CMGEMS_KERNEL void bias_gelu_backward(const Bf16* x, const float* bias, Bf16* out, Bf16* gradient, float* bias_gradient,
                                      std::int64_t rows, std::int64_t columns) {
  gelu_rows_backward(x, bias, out, gradient, bias_gradient, rows, columns);
}

CMGEMS_KERNEL void add_blocks(const float* __restrict parts, std::int64_t blocks, std::int64_t size,
                              float* __restrict total) {
  for (std::int64_t block = 0; block < blocks; ++block)
    for (std::int64_t i = 0; i < size; ++i) total[i] += parts[block * size + i];
}

CMGEMS_KERNEL RowMoments normalise_row(const float* x, const float* factors, float* sum, const float* gamma,
                                       const float* beta, float* out, std::int64_t columns, float epsilon) {
  return normalise(x, factors, sum, gamma, beta, out, columns, epsilon);
}
CMGEMS_KERNEL RowMoments normalise_row(const Bf16* x, const float* factors, float* sum, const float* gamma,
                                       const float* beta, float* out, std::int64_t columns, float epsilon) {
  return normalise(x, factors, sum, gamma, beta, out, columns, epsilon);
}

CMGEMS_KERNEL void normalise_row_backward(const float* __restrict gradient, const float* __restrict sum,
                                          RowMoments moments, const float* __restrict gamma,
                                          float* __restrict sum_gradient, float* __restrict gamma_gradient,
                                          float* __restrict beta_gradient, std::int64_t columns) {
  Lanes plain{}, weighted{};  // sums of g and of g * normalised, with g = gradient * gamma
  const std::int64_t rest = columns / kLanes * kLanes;
  for (std::int64_t c = 0; c < columns; ++c) {
    const float normalised = (sum[c] - moments.mean) * moments.scale;
    gamma_gradient[c] += gradient[c] * normalised;
    beta_gradient[c] += gradient[c];
  }
  for (std::int64_t c = 0; c < rest; c += kLanes) {
    for (std::int64_t l = 0; l < kLanes; ++l) {
      const float g = gradient[c + l] * gamma[c + l];
      plain[static_cast<std::size_t>(l)] += g;
      weighted[static_cast<std::size_t>(l)] += g * (sum[c + l] - moments.mean);
    }
  }
  for (std::int64_t c = rest; c < columns; ++c) {
    plain[0] += gradient[c] * gamma[c];
    weighted[0] += gradient[c] * gamma[c] * (sum[c] - moments.mean);
  }
  const float mean_plain = total(plain) / static_cast<float>(columns);
  const float mean_weighted = total(weighted) * moments.scale * moments.scale / static_cast<float>(columns);
  for (std::int64_t c = 0; c < columns; ++c)
    sum_gradient[c] = moments.scale * (gradient[c] * gamma[c] - mean_plain - (sum[c] - moments.mean) * mean_weighted);
}

CMGEMS_KERNEL void scale_row(const float* x, const float* factors, float* out, std::int64_t columns) {
  scale_all(x, factors, out, columns);
}
CMGEMS_KERNEL void scale_row(const float* x, const float* factors, Bf16* out, std::int64_t columns) {
  scale_all(x, factors, out, columns);
}

CMGEMS_KERNEL void widen_row(const Bf16* x, float* out, std::int64_t columns) {
  for (std::int64_t c = 0; c < columns; ++c) out[c] = to_float(x[c]);
}

CMGEMS_KERNEL float cross_entropy_row(float* scores, std::int64_t label, std::int64_t columns, bool in_place) {
  return cross_entropy(scores, label, columns, in_place);
}
CMGEMS_KERNEL float cross_entropy_row(Bf16* scores, std::int64_t label, std::int64_t columns, bool in_place) {
  return cross_entropy(scores, label, columns, in_place);
}

CMGEMS_KERNEL AttentionRow attention_row(float* __restrict scores, const float* __restrict factors, float scale,
                                         std::int64_t columns) {
  const float top = largest(scores, columns);  // scale > 0
  const std::int64_t rest = columns / kLanes * kLanes;
  Lanes lanes{};
  for (std::int64_t c = 0; c < rest; c += kLanes) {
    for (std::int64_t l = 0; l < kLanes; ++l) {
      scores[c + l] = exp_of_negative((scores[c + l] - top) * scale);
      lanes[static_cast<std::size_t>(l)] += scores[c + l];
    }
  }
  for (std::int64_t c = rest; c < columns; ++c) {
    scores[c] = exp_of_negative((scores[c] - top) * scale);
    lanes[0] += scores[c];
  }
  if (factors != nullptr) {
    for (std::int64_t c = 0; c < columns; ++c) scores[c] *= factors[c];
  }
  return {top, 1.0F / total(lanes)};
}

CMGEMS_KERNEL void attention_row_backward(float* __restrict scores, float* __restrict factors, float* __restrict slopes,
                                          float scale, AttentionRow row, std::int64_t columns) {
  for (std::int64_t c = 0; c < columns; ++c) scores[c] = exp_of_negative((scores[c] - row.largest) * scale) * row.share;
  if (factors != nullptr) {
    for (std::int64_t c = 0; c < columns; ++c) {
      const float softmax = scores[c];
      scores[c] = softmax * factors[c];
      factors[c] = softmax;
    }
  }
  const std::int64_t rest = columns / kLanes * kLanes;
  Lanes lanes{};
  for (std::int64_t c = 0; c < rest; c += kLanes)
    for (std::int64_t l = 0; l < kLanes; ++l) lanes[static_cast<std::size_t>(l)] += scores[c + l] * slopes[c + l];
  for (std::int64_t c = rest; c < columns; ++c) lanes[0] += scores[c] * slopes[c];
  const float sum = total(lanes);
  if (factors == nullptr) {
    for (std::int64_t c = 0; c < columns; ++c) slopes[c] = scale * scores[c] * (slopes[c] - sum);
  } else {
    for (std::int64_t c = 0; c < columns; ++c) slopes[c] = scale * (scores[c] * slopes[c] - factors[c] * sum);
  }
}

namespace {

constexpr std::int64_t kPerBlock = 8;  // elements a Philox block: 16 bits each
constexpr std::int64_t kBatch = 16;    // blocks computed side by side

/// Philox4x32-10 of kBatch counters that differ in their first word.
CMGEMS_INLINE void philox_batch(std::uint32_t (&c)[4][kBatch], std::uint32_t key0, std::uint32_t key1) {
  for (int round = 0; round < 10; ++round) {
    for (std::int64_t l = 0; l < kBatch; ++l) {
      const std::uint64_t product0 = std::uint64_t{0xD2511F53} * c[0][l];
      const std::uint64_t product1 = std::uint64_t{0xCD9E8D57} * c[2][l];
      c[0][l] = static_cast<std::uint32_t>(product1 >> 32) ^ c[1][l] ^ key0;
      c[2][l] = static_cast<std::uint32_t>(product0 >> 32) ^ c[3][l] ^ key1;
      c[1][l] = static_cast<std::uint32_t>(product1);
      c[3][l] = static_cast<std::uint32_t>(product0);
    }
    key0 += 0x9E3779B9U;
    key1 += 0xBB67AE85U;
  }
}

/// Factors of kBatch blocks: the low half of each number first.
CMGEMS_KERNEL void dropout_batch(const PhiloxBlock& counter, const PhiloxKey& key, std::uint32_t threshold, float scale,
                                 float* __restrict out) {
  std::uint32_t c[4][kBatch];
  for (std::int64_t l = 0; l < kBatch; ++l) {
    c[0][l] = counter[0] + static_cast<std::uint32_t>(l);
    c[1][l] = counter[1];
    c[2][l] = counter[2];
    c[3][l] = counter[3];
  }
  philox_batch(c, key[0], key[1]);
  for (std::int64_t l = 0; l < kBatch; ++l) {
    for (std::int64_t w = 0; w < 4; ++w) {
      out[l * kPerBlock + 2 * w] = (c[w][l] & 0xffff) < threshold ? 0.0F : scale;
      out[l * kPerBlock + 2 * w + 1] = (c[w][l] >> 16) < threshold ? 0.0F : scale;
    }
  }
}

}  // namespace

void fill_dropout_factors(float* out, std::int64_t count, std::int64_t first_block, double p, const DropoutKey& key) {
  const auto threshold = static_cast<std::uint32_t>(std::lround(p * 65536));  // 16 random bits an element
  const float scale = 65536.0F / static_cast<float>(65536 - threshold);       // exact for the probability in use
  const PhiloxKey philox_key{static_cast<std::uint32_t>(key.seed), static_cast<std::uint32_t>(key.seed >> 32)};
  std::array<float, kBatch * kPerBlock> last;
  for (std::int64_t done = 0; done < count; done += kBatch * kPerBlock) {
    const auto block = static_cast<std::uint32_t>(first_block + done / kPerBlock);
    const PhiloxBlock counter = stream_counter(Purpose::dropout, key.step, key.draw, block);
    const std::int64_t left = count - done;
    const bool whole = left >= kBatch * kPerBlock;
    dropout_batch(counter, philox_key, threshold, scale, whole ? out + done : last.data());
    if (!whole) std::copy_n(last.data(), left, out + done);
  }
}

}  // namespace cmgems::nn::ops
