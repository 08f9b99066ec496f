#include "cmgems/train/step_figures.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/stack.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <cmath>

namespace cmgems::train {

at::Tensor not_finite(const at::Tensor& loss, const at::Tensor& norm) {
  return 1 - at::isfinite(at::stack({loss.detach().to(at::kDouble), norm.to(at::kDouble)})).all().to(at::kFloat);
}

bool StepFigures::Values::finite() const { return std::isfinite(loss) && std::isfinite(norm); }

StepFigures::StepFigures(const at::Tensor& loss, const at::Tensor& norm)
    : host_(at::stack({loss.detach().to(at::kDouble), norm.to(at::kDouble)})) {
  if (host_.is_cpu()) return;
  const auto on_device = host_;
  host_ = at::empty({2}, at::TensorOptions(at::kDouble).pinned_memory(true));
  host_.copy_(on_device, /*non_blocking=*/true);
  const c10::impl::VirtualGuardImpl device(on_device.device().type());
  copied_.emplace(on_device.device().type());
  copied_->record(device.getStream(on_device.device()));
}

StepFigures::Values StepFigures::read() const {
  if (copied_) copied_->synchronize();
  const double* const values = host_.const_data_ptr<double>();
  return {values[0], values[1]};
}

}  // namespace cmgems::train
