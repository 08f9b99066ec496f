// The arithmetic of the kernels, element by element and row by row, for host and device: the tests run it on the CPU.
// A row is worked on by the lanes of a warp (or by a single lane, in tests), each with every so many blocks of eight
// neighbouring columns.
#pragma once

#include <c10/util/BFloat16.h>

#include <cmath>
#include <cstdint>

#include "cmgems/base/random.h"

#ifdef __CUDACC__
#define CMGEMS_HOST_DEVICE __host__ __device__
#else
#define CMGEMS_HOST_DEVICE
#endif

namespace cmgems::nn::cuda {

constexpr int kEight = 8;

/// Eight neighbouring elements: one or two loads of 16 bytes.
template <class T>
struct alignas(16) Eight {
  T at[kEight];
};

template <class T>
CMGEMS_HOST_DEVICE Eight<T> load(const T* row, std::int64_t block) {
  return reinterpret_cast<const Eight<T>*>(row)[block];
}
template <class T>
CMGEMS_HOST_DEVICE void store(T* row, std::int64_t block, const Eight<T>& values) {
  reinterpret_cast<Eight<T>*>(row)[block] = values;
}

/// Dropout as ops::dropout_mask draws it: a block of Philox decides over eight elements, 16 bits each.
struct Dropout {
  PhiloxBlock counter{};  // of the first block of the stream
  PhiloxKey key{};
  std::uint32_t threshold = 0;  // of 65536; 0 keeps everything
  float scale = 1;

  /// 0 or scale for elements [8 * block, 8 * block + 8).
  CMGEMS_HOST_DEVICE Eight<float> factors(std::int64_t block) const {
    Eight<float> result;
    PhiloxBlock numbers = counter;
    numbers[0] = static_cast<std::uint32_t>(block);
    if (threshold > 0) numbers = philox4x32(numbers, key);
    for (int i = 0; i < kEight; ++i) {
      const std::uint32_t bits = numbers[i >> 1] >> ((i & 1) * 16) & 0xffff;
      result.at[i] = bits < threshold ? 0.0F : scale;
    }
    return result;
  }
};

/// What the forward pass of LayerNorm(residual + dropout(x)) reads and writes. All [T, H] but gamma, beta [H] and
/// mean, deviation [T]. `low` is null when T is float.
template <class T>
struct NormArguments {
  std::int64_t rows, hidden;
  const T* x;
  const float *residual, *gamma, *beta;
  float epsilon;
  Dropout dropout;
  float *sum, *y, *mean, *deviation;
  T* low;
};

/// And the backward pass. Either gradient of the result may be null.
template <class T>
struct NormBackwardArguments {
  std::int64_t rows, hidden;
  const float* y_gradient;
  const T* low_gradient;
  const float *sum, *mean, *deviation, *gamma;
  Dropout dropout;
  T* x_gradient;
  float* residual_gradient;
};

/// `Lanes` has index, count and sum(value): over all lanes, known to each.
template <class T, class Lanes>
CMGEMS_HOST_DEVICE void norm_row(const NormArguments<T>& a, std::int64_t row, const Lanes& lanes) {
  const std::int64_t blocks = a.hidden / kEight, begin = row * a.hidden;
  float total = 0;
  for (std::int64_t b = lanes.index; b < blocks; b += lanes.count) {
    const auto factors = a.dropout.factors(row * blocks + b);
    const auto x = load(a.x + begin, b);
    auto sum = load(a.residual + begin, b);
    for (int i = 0; i < kEight; ++i) {
      sum.at[i] += static_cast<float>(x.at[i]) * factors.at[i];
      total += sum.at[i];
    }
    store(a.sum + begin, b, sum);
  }
  const float mean = lanes.sum(total) / static_cast<float>(a.hidden);
  float squares = 0;
  for (std::int64_t b = lanes.index; b < blocks; b += lanes.count) {
    const auto sum = load(a.sum + begin, b);  // what this lane stored
    for (int i = 0; i < kEight; ++i) squares += (sum.at[i] - mean) * (sum.at[i] - mean);
  }
  const float deviation = 1.0F / std::sqrt(lanes.sum(squares) / static_cast<float>(a.hidden) + a.epsilon);
  for (std::int64_t b = lanes.index; b < blocks; b += lanes.count) {
    const auto sum = load(a.sum + begin, b), gamma = load(a.gamma, b), beta = load(a.beta, b);
    Eight<float> y;
    Eight<T> low;
    for (int i = 0; i < kEight; ++i) {
      y.at[i] = (sum.at[i] - mean) * deviation * gamma.at[i] + beta.at[i];
      low.at[i] = static_cast<T>(y.at[i]);
    }
    store(a.y + begin, b, y);
    if (a.low != nullptr) store(a.low + begin, b, low);
  }
  if (lanes.index == 0) {
    a.mean[row] = mean;
    a.deviation[row] = deviation;
  }
}

/// Gradient of one element of the result: what came in through y and through low.
template <class T>
CMGEMS_HOST_DEVICE Eight<float> incoming(const NormBackwardArguments<T>& a, std::int64_t begin, std::int64_t block) {
  Eight<float> gradient{};
  if (a.y_gradient != nullptr) gradient = load(a.y_gradient + begin, block);
  if (a.low_gradient != nullptr) {
    const auto low = load(a.low_gradient + begin, block);
    for (int i = 0; i < kEight; ++i) gradient.at[i] += static_cast<float>(low.at[i]);
  }
  return gradient;
}

/// With n = (sum - mean) deviation and g = gamma * gradient: d sum = deviation (g - mean(g) - n mean(g n)).
template <class T, class Lanes>
CMGEMS_HOST_DEVICE void norm_backward_row(const NormBackwardArguments<T>& a, std::int64_t row, const Lanes& lanes) {
  const std::int64_t blocks = a.hidden / kEight, begin = row * a.hidden;
  const float mean = a.mean[row], deviation = a.deviation[row];
  float plain = 0, weighted = 0;
  for (std::int64_t b = lanes.index; b < blocks; b += lanes.count) {
    const auto gradient = incoming(a, begin, b), sum = load(a.sum + begin, b), gamma = load(a.gamma, b);
    for (int i = 0; i < kEight; ++i) {
      const float g = gradient.at[i] * gamma.at[i];
      plain += g;
      weighted += g * (sum.at[i] - mean) * deviation;
    }
  }
  plain = lanes.sum(plain) / static_cast<float>(a.hidden);
  weighted = lanes.sum(weighted) / static_cast<float>(a.hidden);
  for (std::int64_t b = lanes.index; b < blocks; b += lanes.count) {
    const auto gradient = incoming(a, begin, b), sum = load(a.sum + begin, b), gamma = load(a.gamma, b);
    const auto factors = a.dropout.factors(row * blocks + b);
    Eight<float> residual;
    Eight<T> x;
    for (int i = 0; i < kEight; ++i) {
      const float n = (sum.at[i] - mean) * deviation;
      residual.at[i] = deviation * (gradient.at[i] * gamma.at[i] - plain - n * weighted);
      x.at[i] = static_cast<T>(residual.at[i] * factors.at[i]);
    }
    store(a.residual_gradient + begin, b, residual);
    store(a.x_gradient + begin, b, x);
  }
}

/// Gradients of gamma and beta in eight columns over rows first, first + step, ...
template <class T>
CMGEMS_HOST_DEVICE void norm_weights_backward(const NormBackwardArguments<T>& a, std::int64_t first, std::int64_t step,
                                              std::int64_t block, Eight<float>& gamma, Eight<float>& beta) {
  for (std::int64_t row = first; row < a.rows; row += step) {
    const std::int64_t begin = row * a.hidden;
    const auto gradient = incoming(a, begin, block), sum = load(a.sum + begin, block);
    const float mean = a.mean[row], deviation = a.deviation[row];
    for (int i = 0; i < kEight; ++i) {
      gamma.at[i] += gradient.at[i] * (sum.at[i] - mean) * deviation;
      beta.at[i] += gradient.at[i];
    }
  }
}

}  // namespace cmgems::nn::cuda
