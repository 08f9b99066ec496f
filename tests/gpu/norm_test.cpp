#include "cmgems/nn/device_cache.h"
#include "cmgems/nn/ops.h"
#include "nn/ops/dense_cuda.h"
#include "support/catch_torch.h"
#include "support/gpu.h"

using namespace cmgems::nn;
using cmgems::test::leaf;
using cmgems::test::relative_difference;

namespace {

struct Norm {
  at::Tensor x, residual, gamma, beta;

  Norm(std::int64_t rows, std::int64_t hidden)
      : x(torch::randn({rows, hidden})),
        residual(torch::randn({rows, hidden}) + 1),
        gamma(torch::randn({hidden}) + 2),
        beta(torch::randn({hidden})) {}
  Norm(const Norm& other, at::Device device, at::ScalarType x_type)
      : x(leaf(other.x, device, x_type)),
        residual(leaf(other.residual, device)),
        gamma(leaf(other.gamma, device)),
        beta(leaf(other.beta, device)) {}

  at::Tensor run(double dropout, const at::Tensor& weights) const {
    Pass pass{x.scalar_type(), DropoutStream(5, 1, 0)};
    const auto y = ops::dropout_add_layer_norm(x, residual, dropout, gamma, beta, 1e-12, pass);
    (y * weights.to(y.device())).sum().backward();
    return y;
  }
};

}  // namespace

TEST_CASE("the end of a layer half on the GPU equals the CPU's, values and gradients", "[gpu]") {
  CMGEMS_NEEDS_GPU();
  torch::manual_seed(1);
  for (const auto& [rows, hidden] : {std::pair{1, 8}, {5, 24}, {1000, 256}, {333, 768}, {64, 1024}}) {
    for (const double dropout : {0.0, 0.1}) {
      INFO(rows << " rows of " << hidden << ", dropout " << dropout);
      const Norm values(rows, hidden);
      const auto weights = torch::randn({rows, hidden});
      const Norm host(values, at::kCPU, at::kFloat), device(values, at::kCUDA, at::kFloat);
      CHECK(relative_difference(device.run(dropout, weights), host.run(dropout, weights)) < 1e-5);
      CHECK(relative_difference(device.x.grad(), host.x.grad()) < 1e-4);
      CHECK(relative_difference(device.residual.grad(), host.residual.grad()) < 1e-4);
      CHECK(relative_difference(device.gamma.grad(), host.gamma.grad()) < 1e-4);
      CHECK(relative_difference(device.beta.grad(), host.beta.grad()) < 1e-4);
    }
  }
}

TEST_CASE("in bf16 the end of a layer half stays near fp32, and gradients come back through both results", "[gpu]") {
  CMGEMS_NEEDS_GPU();
  torch::manual_seed(1);
  const Norm values(500, 256);
  const auto weights = torch::randn({500, 256});
  const Norm host(values, at::kCPU, at::kFloat), device(values, at::kCUDA, at::kBFloat16);
  CHECK(relative_difference(device.run(0.1, weights), host.run(0.1, weights)) < 0.01);
  CHECK(relative_difference(device.x.grad(), host.x.grad()) < 0.02);
  CHECK(device.x.grad().scalar_type() == at::kBFloat16);
  CHECK(relative_difference(device.residual.grad(), host.residual.grad()) < 0.02);

  if (!ops::can_fuse_norm(device.x, device.residual, device.gamma)) return;
  const auto gradient_through = [&](bool low) {
    const Norm own(values, at::kCUDA, at::kBFloat16);
    Pass pass{at::kBFloat16, {}};
    pass.cache = std::make_shared<DeviceCache>();
    const auto y = ops::dropout_add_layer_norm(own.x, own.residual, 0, own.gamma, own.beta, 1e-12, pass);
    const auto result = low ? pass.cache->states(y, at::kBFloat16).to(at::kFloat) : y;
    (result * weights.to(at::kCUDA)).sum().backward();
    return own.residual.grad();
  };
  CHECK(relative_difference(gradient_through(true), gradient_through(false)) < 0.02);
}

TEST_CASE("rows that our kernels do not take go the plain way", "[gpu]") {
  CMGEMS_NEEDS_GPU();
  torch::manual_seed(1);
  const Norm values(7, 12);
  const auto weights = torch::randn({7, 12});
  const Norm host(values, at::kCPU, at::kFloat), device(values, at::kCUDA, at::kFloat);
  CHECK_FALSE(ops::can_fuse_norm(device.x, device.residual, device.gamma));
  CHECK(relative_difference(device.run(0, weights), host.run(0, weights)) < 1e-5);
}
