#include "cmgems/nn/device_cache.h"

#include "support/catch_torch.h"

using cmgems::nn::DeviceCache;

TEST_CASE("a weight is cast once, and every backward pass reaches it", "[nn]") {
  DeviceCache cache;
  const auto weight = torch::tensor({1.0F, 2.0F, 3.0F}).requires_grad_();
  const auto low = cache.weight(weight, at::kBFloat16);
  CHECK(low.scalar_type() == at::kBFloat16);
  CHECK(cache.weight(weight, at::kBFloat16).is_same(low));
  for (int micro_batch = 0; micro_batch < 2; ++micro_batch) {
    (cache.weight(weight, at::kBFloat16) * 2).sum().backward();
  }
  CHECK(weight.grad().scalar_type() == at::kFloat);
  CHECK(at::equal(weight.grad(), torch::full({3}, 4.0F)));
}

TEST_CASE("a weight that changed, or lost or won its autograd, is cast anew", "[nn]") {
  DeviceCache cache;
  const auto weight = torch::zeros({2}).requires_grad_();
  const auto before = cache.weight(weight, at::kBFloat16);
  {
    const torch::NoGradGuard no_grad;
    const auto plain = cache.weight(weight, at::kBFloat16);
    CHECK_FALSE(plain.requires_grad());
    weight.add_(1);
  }
  const auto after = cache.weight(weight, at::kBFloat16);
  CHECK(after.requires_grad());
  CHECK(after[0].item<float>() == 1);
  CHECK(before[0].item<float>() == 0);
}

TEST_CASE("the last two states are cast once; those told of are taken as they are", "[nn]") {
  DeviceCache cache;
  const auto x = torch::ones({4}), second = torch::ones({4}), third = torch::ones({4});
  const auto low = cache.states(x, at::kBFloat16);
  CHECK_FALSE(cache.states(second, at::kBFloat16).is_same(low));
  CHECK(cache.states(x, at::kBFloat16).is_same(low));
  cache.states(third, at::kBFloat16);
  CHECK_FALSE(cache.states(x, at::kBFloat16).is_same(low));  // two others came in between
  CHECK(cache.states(x, at::kFloat).is_same(x));
  const auto known = torch::ones({4}), told = torch::full({4}, 7, at::kBFloat16);
  cache.remember(known, told);
  CHECK(cache.states(known, at::kBFloat16).is_same(told));
}

TEST_CASE("boundaries become a tensor once per list", "[nn]") {
  DeviceCache cache;
  const std::vector<std::int32_t> all{0, 5, 9}, same = all, some{0, 1, 2};
  const auto first = cache.boundaries(all, at::kCPU), second = cache.boundaries(some, at::kCPU);
  CHECK(at::equal(first, torch::tensor({0, 5, 9}, at::kInt)));
  CHECK(at::equal(second, torch::tensor({0, 1, 2}, at::kInt)));
  CHECK(cache.boundaries(same, at::kCPU).is_same(first));
}
