#include "cmgems/nn/ops.h"
#include "nn/cuda/load.h"
#include "support/catch_torch.h"
#include "support/gpu.h"

using namespace cmgems::nn;
using cmgems::test::leaf;

TEST_CASE("a mask drawn on the GPU is the CPU's", "[gpu]") {
  CMGEMS_NEEDS_GPU();
  for (const std::int64_t size : {1, 7, 8, 9, 4096, 1'000'003}) {
    for (const double p : {0.1, 0.5}) {
      const DropoutKey key{std::uint64_t{11} << 40 | 7, 3, 5 << 18};
      const auto mask = ops::dropout_mask({size}, p, key, at::kCUDA);
      CHECK(mask.is_cuda());
      CHECK(at::equal(mask.cpu(), ops::dropout_mask({size}, p, key)));
    }
  }
  CHECK(ops::dropout_mask({0, 4}, 0.5, {1, 2, 3}, at::kCUDA).numel() == 0);
}

TEST_CASE("dropout on the GPU zeroes what it zeroes on the CPU, forward and backward", "[gpu]") {
  CMGEMS_NEEDS_GPU();
  if (cuda::table() == nullptr) CMGEMS_SKIP("without our kernels LibTorch's generator draws");
  torch::manual_seed(1);
  const auto x = torch::randn({301, 67}), weights = torch::randn({301, 67});
  for (const auto type : {at::kFloat, at::kBFloat16}) {
    const auto host = leaf(x, at::kCPU, type), device = leaf(x, at::kCUDA, type);
    const auto run = [&](const at::Tensor& input) {
      Pass pass{type, DropoutStream(5, 1, 0)};
      const auto out = ops::dropout(input, 0.3, pass);
      (out * weights.to(input.options())).sum().backward();
      return out;
    };
    const double tolerance = type == at::kFloat ? 0 : 0.01;  // bf16: the CPU rounds the factor, the GPU the product
    const auto expected = run(host), found = run(device);
    CHECK(at::equal(found.detach().cpu() == 0, expected.detach() == 0));
    CHECK(cmgems::test::relative_difference(found, expected) <= tolerance);
    CHECK(cmgems::test::relative_difference(device.grad(), host.grad()) <= tolerance);
  }
}
