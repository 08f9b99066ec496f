#include "nn/ops/attention_cuda.h"
#include "support/catch_torch.h"
#include "support/gpu.h"

using namespace cmgems::nn;
using cmgems::test::leaf;
using cmgems::test::relative_difference;

namespace {

const std::vector<std::int32_t> kKeys{0, 512, 1024, 1030, 1157, 1158, 1670};
const std::vector<std::int32_t> kSome{0, 77, 77, 79, 100, 101, 180};  // the second window asks nothing

struct Input {
  at::Tensor q, k, v, weights;

  Input(std::int64_t queries, std::int64_t keys, std::int64_t head)
      : q(torch::randn({queries, 4, head})),
        k(torch::randn({keys, 4, head})),
        v(torch::randn({keys, 4, head})),
        weights(torch::randn({queries, 4, head})) {}
  Input(const Input& other, at::Device device, at::ScalarType type)
      : q(leaf(other.q, device, type)),
        k(leaf(other.k, device, type)),
        v(leaf(other.v, device, type)),
        weights(other.weights.to(device, type)) {}
};

/// Attention and its gradients, through the seam that the encoder calls.
at::Tensor run(const Input& x, Boundaries queries, Boundaries keys, double dropout = 0, std::uint64_t seed = 5,
               bool fast = true) {
  Pass pass{x.q.scalar_type(), dropout > 0 ? DropoutStream(seed, 1, 0) : DropoutStream()};
  pass.fast.attention = fast;
  pass.fixed_order = true;
  const auto out = ops::attention(x.q, x.k, x.v, queries, keys, dropout, pass);
  (out * x.weights).sum().backward();
  return out;
}

}  // namespace

TEST_CASE("flash attention of variable lengths equals the plain one, also for selected queries", "[gpu]") {
  CMGEMS_NEEDS_GPU();
  torch::manual_seed(1);
  for (const std::int64_t head : {32, 64}) {
    for (const auto& queries : {kKeys, kSome}) {
      INFO("heads of " << head << ", " << queries.back() << " queries");
      const Input values(queries.back(), kKeys.back(), head);
      const Input host(values, at::kCPU, at::kFloat), device(values, at::kCUDA, at::kBFloat16);
      REQUIRE(ops::can_flash(device.q));
      CHECK(relative_difference(run(device, queries, kKeys), run(host, queries, kKeys)) < 0.02);
      CHECK(relative_difference(device.q.grad(), host.q.grad()) < 0.03);
      CHECK(relative_difference(device.k.grad(), host.k.grad()) < 0.03);
      CHECK(relative_difference(device.v.grad(), host.v.grad()) < 0.03);
    }
  }
}

TEST_CASE("with flash attention switched off bf16 goes the plain way", "[gpu]") {
  CMGEMS_NEEDS_GPU();
  torch::manual_seed(1);
  const Input values(kSome.back(), kKeys.back(), 32);
  const Input host(values, at::kCPU, at::kFloat), device(values, at::kCUDA, at::kBFloat16);
  // The plain way draws the CPU's dropout masks, flash attention does not.
  CHECK(relative_difference(run(device, kSome, kKeys, 0.2, 5, /*fast=*/false), run(host, kSome, kKeys, 0.2)) < 0.03);
  CHECK(relative_difference(device.v.grad(), host.v.grad()) < 0.05);
}

TEST_CASE("fp32 attention on the GPU equals the CPU's, with the same masks", "[gpu]") {
  CMGEMS_NEEDS_GPU();
  torch::manual_seed(1);
  const Input values(kSome.back(), kKeys.back(), 32);
  for (const double dropout : {0.0, 0.2}) {
    const Input host(values, at::kCPU, at::kFloat), device(values, at::kCUDA, at::kFloat);
    CHECK(relative_difference(run(device, kSome, kKeys, dropout), run(host, kSome, kKeys, dropout)) < 1e-4);
    CHECK(relative_difference(device.q.grad(), host.q.grad()) < 1e-4);
    CHECK(relative_difference(device.k.grad(), host.k.grad()) < 1e-4);
    CHECK(relative_difference(device.v.grad(), host.v.grad()) < 1e-4);
  }
}

TEST_CASE("flash attention gives the same bits twice, and others under another seed", "[gpu]") {
  CMGEMS_NEEDS_GPU();
  torch::manual_seed(1);
  const Input values(kKeys.back(), kKeys.back(), 64);
  const Input a(values, at::kCUDA, at::kBFloat16), b(values, at::kCUDA, at::kBFloat16),
      c(values, at::kCUDA, at::kBFloat16);
  const auto first = run(a, kKeys, kKeys, 0.1);
  torch::randn({100}, at::kCUDA);  // moves LibTorch's generator: no part of the result
  const auto second = run(b, kKeys, kKeys, 0.1), other = run(c, kKeys, kKeys, 0.1, 6);
  CHECK(at::equal(first, second));
  CHECK(at::equal(a.q.grad(), b.q.grad()));
  CHECK(at::equal(a.k.grad(), b.k.grad()));
  CHECK(at::equal(a.v.grad(), b.v.grad()));
  CHECK_FALSE(at::equal(first, other));
}

TEST_CASE("flash attention's backward pass uses the mask of the forward pass", "[gpu]") {
  CMGEMS_NEEDS_GPU();
  torch::manual_seed(1);
  const Input values(kSome.back(), kKeys.back(), 64);
  Input x(values, at::kCUDA, at::kBFloat16);
  x.weights = run(x, kSome, kKeys, 0.3).detach();
  x.v.mutable_grad() = at::Tensor();
  const auto out = run(x, kSome, kKeys, 0.3);
  // The result is linear in v, out = M v, so that <out, out> = <M^T out, v>; with another mask in M^T it is not.
  const double forward = out.to(at::kDouble).square().sum().item<double>();
  const double backward = (x.v.grad().to(at::kDouble) * x.v.to(at::kDouble)).sum().item<double>();
  CHECK(std::abs(forward - backward) < 0.02 * forward);
}

TEST_CASE("dropout in flash attention keeps the expectation", "[gpu]") {
  CMGEMS_NEEDS_GPU();
  const std::vector<std::int32_t> windows{0, 128, 256};
  const auto options = at::TensorOptions(at::kCUDA).dtype(at::kBFloat16);
  const auto q = torch::zeros({256, 4, 32}, options), v = torch::ones({256, 4, 32}, options);
  Pass pass{at::kBFloat16, DropoutStream(5, 1, 0)};
  const auto out = ops::attention(q, q, v, windows, windows, 0.25, pass).to(at::kFloat);
  CHECK(out.mean().item<double>() == Approx(1).margin(0.02));
  CHECK(out.std().item<double>() > 0.01);
}
