// What libcmgems_cuda.so offers: one C function that returns this table. The library uses LibTorch and this header and
// no other part of cmgems, so that nothing of the static libraries is linked twice; it is loaded on demand, because
// whatever links LibTorch's CUDA part costs a third of a gigabyte before main.
//
// Tensors lie on one CUDA device; kernels run on its current stream and return without waiting. No function takes part
// in autograd. Sizes: T rows, H hidden (a multiple of kColumns).
#pragma once

#include <ATen/core/Tensor.h>

#include <chrono>

#include "cmgems/nn/nccl.h"
#include "cmgems/nn/ops.h"

namespace cmgems::nn::cuda {

inline constexpr int kTableVersion = 2;      // raised with every change of this file
inline constexpr std::int64_t kColumns = 8;  // a thread works on so many neighbouring columns
inline constexpr char kTableFunction[] = "cmgems_cuda_table";

/// LayerNorm(residual + dropout(x)) and what its backward pass needs.
struct NormForward {
  at::Tensor y;                // [T, H] fp32
  at::Tensor low;              // [T, H] the same in the dtype of x, where that is not fp32; else undefined
  at::Tensor sum;              // [T, H] fp32: residual + dropout(x)
  at::Tensor mean, deviation;  // [T] fp32: mean of sum, and 1 / sqrt(variance + epsilon)
};
struct NormBackward {
  at::Tensor x;            // [T, H] dtype of x
  at::Tensor residual;     // [T, H] fp32
  at::Tensor gamma, beta;  // [H] fp32
};

struct Table {
  int version = kTableVersion;
  const char* torch_version = nullptr;  // that the library was compiled with

  /// ops::dropout_mask, the same numbers. -> [shape] fp32 on `device`.
  at::Tensor (*dropout_mask)(at::IntArrayRef shape, double p, const DropoutKey& key, at::Device device) = nullptr;
  /// x * dropout_mask without the mask in memory: dropout forward and, given the gradient, backward. fp32 or bf16.
  at::Tensor (*dropout)(const at::Tensor& x, double p, const DropoutKey& key) = nullptr;
  /// x [T, H] fp32 or bf16, the others fp32. p = 0 draws nothing.
  NormForward (*norm)(const at::Tensor& x, const at::Tensor& residual, double p, const DropoutKey& key,
                      const at::Tensor& gamma, const at::Tensor& beta, double epsilon) = nullptr;
  /// Gradients given those of y and low; either may be undefined, not both. `x_type` is the dtype of x.
  NormBackward (*norm_backward)(const at::Tensor& y_gradient, const at::Tensor& low_gradient, const NormForward& saved,
                                double p, const DropoutKey& key, const at::Tensor& gamma,
                                at::ScalarType x_type) = nullptr;
  /// While on, LibTorch throws wherever the host would wait for the device to reach a figure or a copy: for tests.
  void (*forbid_waiting)(bool on) = nullptr;
  /// NCCL on the current device.
  c10::intrusive_ptr<c10d::Backend> (*process_group)(const c10::intrusive_ptr<c10d::Store>& store, int rank, int world,
                                                     std::chrono::milliseconds timeout) = nullptr;
};

c10::intrusive_ptr<c10d::Backend> process_group(const c10::intrusive_ptr<c10d::Store>& store, int rank, int world,
                                                std::chrono::milliseconds timeout);

using TableFunction = const Table* (*)();

}  // namespace cmgems::nn::cuda
