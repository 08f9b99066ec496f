// What the calls of one optimizer step share on a GPU: weights in the dtype of the products, cast once and not per
// micro-batch, and the states that were cast last. One thread at a time.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

namespace cmgems::nn {

class DeviceCache {
 public:
  /// `weight` in `type`, with autograd: gradients reach the fp32 weight. Cast anew when the weight has changed.
  at::Tensor weight(const at::Tensor& weight, at::ScalarType type);
  /// `x` in `type`, with autograd. The last two are kept: query, key and value read the same states, or those of all
  /// tokens and of the selected ones.
  at::Tensor states(const at::Tensor& x, at::ScalarType type);
  /// Tells that `low` is `x` in its own dtype.
  void remember(const at::Tensor& x, const at::Tensor& low);
  /// Boundaries as an int32 tensor on `device`. The last few are kept: all layers have the same ones.
  at::Tensor boundaries(std::span<const std::int32_t> edges, at::Device device);

 private:
  struct Cast {
    at::Tensor source, low;
    std::uint32_t version = 0;
  };
  struct Edges {
    std::vector<std::int32_t> host;
    at::Tensor device;
  };
  std::unordered_map<const void*, Cast> weights_;  // by tensor
  std::vector<Cast> states_;                       // oldest first
  std::vector<Edges> edges_;
};

}  // namespace cmgems::nn
