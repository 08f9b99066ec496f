#include "cmgems/nn/ops.h"
#include "support/catch_torch.h"

using namespace cmgems::nn;

TEST_CASE("bf16 products equal LibTorch's own on bf16 copies, values and gradients", "[nn]") {
  torch::manual_seed(1);
  const Pass bf16{at::kBFloat16, {}};
  for (std::int64_t rows : {1, 64, 75}) {
    const auto make = [](at::IntArrayRef shape) { return torch::randn(shape).requires_grad_(); };
    const auto x = make({rows, 24}), w = make({40, 24}), b = make({40});
    const auto plain_x = x.detach().clone().requires_grad_(), plain_w = w.detach().clone().requires_grad_(),
               plain_b = b.detach().clone().requires_grad_();
    const auto out = ops::linear(x, w, b, bf16);
    const auto plain = at::linear(plain_x.to(at::kBFloat16), plain_w.to(at::kBFloat16), plain_b.to(at::kBFloat16));
    CHECK(out.scalar_type() == at::kBFloat16);
    CHECK(torch::allclose(out.to(at::kFloat), plain.to(at::kFloat), 1e-2, 1e-2));
    const auto weights = torch::randn({rows, 40});
    (out * weights).sum().backward();
    (plain * weights).sum().backward();
    CHECK(torch::allclose(x.grad(), plain_x.grad(), 2e-2, 2e-2));
    CHECK(torch::allclose(w.grad(), plain_w.grad(), 2e-2, 6e-2));
    CHECK(torch::allclose(b.grad(), plain_b.grad(), 2e-2, 6e-2));
    CHECK(w.grad().scalar_type() == at::kFloat);
  }
}
