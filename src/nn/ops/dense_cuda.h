// Linear layers, dropout and LayerNorm on a GPU. With libcmgems_cuda.so its kernels do the work, without it LibTorch's.
#pragma once

#include "cmgems/nn/ops.h"

namespace cmgems::nn::ops {

/// x [T, in], weight [out, in], bias [out] fp32 -> [T, out] in pass.compute; weights come from pass.cache.
at::Tensor linear_cuda(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, const Pass& pass);

/// x with dropout of `key`: dropout_mask's numbers, or those of LibTorch's generator without our kernels.
at::Tensor dropout_cuda(const at::Tensor& x, double p, const DropoutKey& key);

/// Whether our kernels take these: fp32 residual and weights, x in fp32 or bf16, H a multiple of 8.
bool can_fuse_norm(const at::Tensor& x, const at::Tensor& residual, const at::Tensor& gamma);

/// LayerNorm(residual + dropout(x)) in one kernel; keeps the result in the dtype of x for the next product.
/// REQUIRES: can_fuse_norm.
at::Tensor dropout_add_layer_norm_cuda(const at::Tensor& x, const at::Tensor& residual, double p, const DropoutKey& key,
                                       const at::Tensor& gamma, const at::Tensor& beta, double epsilon,
                                       const Pass& pass);

/// Makes LibTorch's generator of `device` draw a stream that depends on `key` alone.
void seed_generator(at::Device device, const DropoutKey& key);

}  // namespace cmgems::nn::ops
