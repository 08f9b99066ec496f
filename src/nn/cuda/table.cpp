// Tensors in, kernels out: checks, allocates, launches on the current stream of the tensors' device.
#include "table.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/sum.h>
#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAGuard.h>
#include <torch/version.h>

#include <torch/csrc/distributed/c10d/Backend.hpp>
#include <torch/csrc/distributed/c10d/Store.hpp>

#include "kernels.h"

namespace cmgems::nn::cuda {
namespace {

static_assert(kColumns == kEight);

/// ops::dropout_mask's: 16 random bits an element, the scale exact for the probability in use.
Dropout dropout_of(double p, const DropoutKey& key) {
  Dropout dropout;
  dropout.counter = stream_counter(Purpose::dropout, key.step, key.draw);
  dropout.key = {static_cast<std::uint32_t>(key.seed), static_cast<std::uint32_t>(key.seed >> 32)};
  dropout.threshold = static_cast<std::uint32_t>(std::lround(p * 65536));
  dropout.scale = 65536.0F / static_cast<float>(65536 - dropout.threshold);
  return dropout;
}

/// Contiguous and aligned for loads of 16 bytes.
at::Tensor ready(const at::Tensor& x) {
  const auto dense = x.contiguous();
  return reinterpret_cast<std::uintptr_t>(dense.const_data_ptr()) % 16 == 0 ? dense : dense.clone();
}

cudaStream_t stream_of(const at::Tensor& x) { return c10::cuda::getCurrentCUDAStream(x.device().index()); }

template <class T>
const T* pointer_or_null(const at::Tensor& x) {
  return x.defined() ? x.const_data_ptr<T>() : nullptr;
}

/// Calls action(T{}) for the C++ type of `type`.
template <class Action>
void with_type(at::ScalarType type, Action action) {
  TORCH_CHECK(type == at::kFloat || type == at::kBFloat16, "the CUDA kernels take fp32 and bf16, not ", type);
  if (type == at::kFloat) {
    action(float{});
  } else {
    action(c10::BFloat16{});
  }
  C10_CUDA_KERNEL_LAUNCH_CHECK();
}

at::Tensor dropout_mask(at::IntArrayRef shape, double p, const DropoutKey& key, at::Device device) {
  const c10::cuda::CUDAGuard guard(device);
  auto mask = at::empty(shape, at::TensorOptions(device).dtype(at::kFloat));
  if (mask.numel() == 0) return mask;
  draw_mask(mask.mutable_data_ptr<float>(), mask.numel(), dropout_of(p, key), stream_of(mask));
  C10_CUDA_KERNEL_LAUNCH_CHECK();
  return mask;
}

at::Tensor dropout(const at::Tensor& x, double p, const DropoutKey& key) {
  const c10::cuda::CUDAGuard guard(x.device());
  const auto input = ready(x);
  auto out = at::empty_like(input);
  if (input.numel() == 0) return out;
  with_type(x.scalar_type(), [&](auto zero) {
    using T = decltype(zero);
    apply_dropout(input.const_data_ptr<T>(), out.mutable_data_ptr<T>(), input.numel(), dropout_of(p, key),
                  stream_of(input));
  });
  return out;
}

NormForward norm(const at::Tensor& x_, const at::Tensor& residual_, double p, const DropoutKey& key,
                 const at::Tensor& gamma_, const at::Tensor& beta_, double epsilon) {
  const c10::cuda::CUDAGuard guard(x_.device());
  const auto x = ready(x_), residual = ready(residual_), gamma = ready(gamma_), beta = ready(beta_);
  NormForward result{at::empty_like(residual),
                     {},
                     at::empty_like(residual),
                     at::empty({x.size(0)}, residual.options()),
                     at::empty({x.size(0)}, residual.options())};
  if (x.scalar_type() != at::kFloat) result.low = at::empty_like(x);
  if (x.numel() == 0) return result;
  with_type(x.scalar_type(), [&](auto zero) {
    using T = decltype(zero);
    norm_forward(
        NormArguments<T>{x.size(0), x.size(1), x.const_data_ptr<T>(), residual.const_data_ptr<float>(),
                         gamma.const_data_ptr<float>(), beta.const_data_ptr<float>(), static_cast<float>(epsilon),
                         dropout_of(p, key), result.sum.mutable_data_ptr<float>(), result.y.mutable_data_ptr<float>(),
                         result.mean.mutable_data_ptr<float>(), result.deviation.mutable_data_ptr<float>(),
                         result.low.defined() ? result.low.mutable_data_ptr<T>() : nullptr},
        stream_of(x));
  });
  return result;
}

NormBackward norm_backward_of(const at::Tensor& y_gradient_, const at::Tensor& low_gradient_, const NormForward& saved,
                              double p, const DropoutKey& key, const at::Tensor& gamma_, at::ScalarType x_type) {
  const c10::cuda::CUDAGuard guard(saved.sum.device());
  const auto y_gradient = y_gradient_.defined() ? ready(y_gradient_) : y_gradient_,
             low_gradient = low_gradient_.defined() ? ready(low_gradient_) : low_gradient_, gamma = ready(gamma_);
  const std::int64_t rows = saved.sum.size(0), hidden = saved.sum.size(1);
  NormBackward result{
      at::empty(saved.sum.sizes(), saved.sum.options().dtype(x_type)), at::empty_like(saved.sum), {}, {}};
  auto gamma_parts = at::empty({kNormParts, hidden}, saved.sum.options()), beta_parts = at::empty_like(gamma_parts);
  if (rows == 0) {
    gamma_parts.zero_();
    beta_parts.zero_();
  } else {
    with_type(x_type, [&](auto zero) {
      using T = decltype(zero);
      const NormBackwardArguments<T> arguments{rows,
                                               hidden,
                                               pointer_or_null<float>(y_gradient),
                                               pointer_or_null<T>(low_gradient),
                                               saved.sum.const_data_ptr<float>(),
                                               saved.mean.const_data_ptr<float>(),
                                               saved.deviation.const_data_ptr<float>(),
                                               gamma.const_data_ptr<float>(),
                                               dropout_of(p, key),
                                               result.x.mutable_data_ptr<T>(),
                                               result.residual.mutable_data_ptr<float>()};
      norm_backward(arguments, stream_of(saved.sum));
      norm_weights(arguments, gamma_parts.mutable_data_ptr<float>(), beta_parts.mutable_data_ptr<float>(),
                   stream_of(saved.sum));
    });
  }
  result.gamma = at::sum(gamma_parts, 0);
  result.beta = at::sum(beta_parts, 0);
  return result;
}

void forbid_waiting(bool on) {
  c10::cuda::warning_state().set_sync_debug_mode(on ? c10::cuda::SyncDebugMode::L_ERROR
                                                    : c10::cuda::SyncDebugMode::L_DISABLED);
}

#ifdef USE_C10D_NCCL
constexpr auto kProcessGroup = process_group;
#else
constexpr decltype(Table::process_group) kProcessGroup = nullptr;  // no nccl.h was there
#endif

const Table kTable{kTableVersion, TORCH_VERSION,    dropout_mask,   dropout,
                   norm,          norm_backward_of, forbid_waiting, kProcessGroup};

}  // namespace
}  // namespace cmgems::nn::cuda

extern "C" __attribute__((visibility("default"))) const cmgems::nn::cuda::Table* cmgems_cuda_table() {
  return &cmgems::nn::cuda::kTable;
}
