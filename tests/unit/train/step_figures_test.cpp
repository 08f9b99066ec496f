#include "cmgems/train/step_figures.h"

#include <cmath>
#include <limits>

#include "support/catch_torch.h"

using namespace cmgems::train;

TEST_CASE("the gate is shut by a loss or a norm that is not finite", "[train]") {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const auto gate = [](float loss, float norm) {
    const auto shut = not_finite(torch::tensor(loss), torch::tensor(norm));
    CHECK(shut.scalar_type() == at::kFloat);
    return shut.item<float>();
  };
  CHECK(gate(1.5F, 3e38F) == 0);
  CHECK(gate(NAN, 1) == 1);
  CHECK(gate(1, kInfinity) == 1);
  CHECK(gate(-kInfinity, NAN) == 1);
}

TEST_CASE("figures come back as they were, even when the tensors have changed", "[train]") {
  auto loss = torch::tensor(0.1F).requires_grad_();
  const auto norm = torch::tensor(2.5F);
  const StepFigures figures(loss, norm);
  norm.fill_(NAN);
  const auto values = figures.read();
  CHECK(values.loss == static_cast<double>(0.1F));
  CHECK(values.norm == 2.5);
  CHECK(values.finite());
  CHECK_FALSE(StepFigures(loss, norm).read().finite());
}
