// What hand-written gradients on CPU share: they refuse what they would get wrong without a word.
#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>

namespace cmgems::nn::ops {

/// First line of each backward pass: its operations are unknown to autograd, which would lose terms of a second
/// derivative. Throws: c10::Error.
inline void require_first_derivative() {
  TORCH_CHECK(!at::GradMode::is_enabled(), "fused operations have no second derivative: switch the fast paths off");
}

/// To call before x is overwritten through its pointer: autograd then refuses to use it where it was saved.
inline void tell_overwritten(const at::Tensor& x) { x.unsafeGetTensorImpl()->bump_version(); }

}  // namespace cmgems::nn::ops
