// Loss and gradient norm of a step on their way from the device to the host.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Event.h>

#include <optional>

namespace cmgems::train {

/// 1 where loss or norm are not finite, else 0: whether the step is to leave the parameters as they are, decided where
/// the tensors are. Both [] fp32 or fp64. -> [] fp32
at::Tensor not_finite(const at::Tensor& loss, const at::Tensor& norm);

class StepFigures {
 public:
  struct Values {
    double loss, norm;
    bool finite() const;
  };

  /// Both []. Those of a GPU are copied to pinned memory behind the work that is queued, and nobody waits.
  StepFigures(const at::Tensor& loss, const at::Tensor& norm);
  /// Waits until the step has been computed.
  Values read() const;

 private:
  at::Tensor host_;  // [2] fp64
  std::optional<c10::Event> copied_;
};

}  // namespace cmgems::train
