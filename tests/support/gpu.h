// For tests that need a GPU. Include catch_torch.h first.
#pragma once

#include "cmgems/nn/device.h"

/// The first line of such a test: nothing may ask LibTorch about CUDA before.
#define CMGEMS_NEEDS_GPU() \
  if (!cmgems::nn::cuda_available()) CMGEMS_SKIP("no usable CUDA device")

namespace cmgems::test {

/// Largest difference of two tensors on any devices, as a share of the largest value of the second.
inline double relative_difference(const at::Tensor& a, const at::Tensor& b) {
  const auto x = a.detach().to(at::kCPU, at::kDouble), y = b.detach().to(at::kCPU, at::kDouble);
  return ((x - y).abs().max() / y.abs().max().clamp_min(1e-30)).item<double>();
}

/// A leaf of its own with the same values.
inline at::Tensor leaf(const at::Tensor& x, at::Device device, at::ScalarType type = at::kFloat) {
  return x.detach().to(device, type).clone().requires_grad_();
}

}  // namespace cmgems::test
