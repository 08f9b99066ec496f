#include "cmgems/nn/costs.h"

#include "cmgems/nn/flops.h"
#include "support/catch_torch.h"
#include "support/gpu.h"

using namespace cmgems::nn;

TEST_CASE("a profile on the GPU lists kernels with the operations that launched them", "[gpu]") {
  CMGEMS_NEEDS_GPU();
  const auto x = torch::randn({512, 512}, at::kCUDA), mask = torch::ones({1 << 20}, at::kCUDA);
  const auto costs = costs_of(/*cuda=*/true, [&] {
    at::Tensor y = x;
    for (int i = 0; i < 3; ++i) y = torch::mm(y, x);
    (mask + mask)[0].item<float>();  // waits
  });
  const auto calls_of = [&](const std::string& operation) {
    std::int64_t calls = 0;
    for (const auto& cost : costs)
      if (cost.name.starts_with(operation + ": ")) calls += cost.calls;
    return calls;
  };
  CHECK(calls_of("aten::mm") >= 3);
  CHECK(calls_of("aten::add") == 1);
  for (const auto& cost : costs) CHECK(cost.seconds > 0);
}

TEST_CASE("the rate of products on the GPU is told and leaves none of its matrices behind", "[gpu]") {
  CMGEMS_NEEDS_GPU();
  cmgems::formats::BertShape shape;
  shape.hidden_size = 1024;
  shape.intermediate_size = 4096;  // 65536 rows of them in bf16: 512 MB
  CHECK(matmul_rate(shape, /*bf16=*/true, /*cuda=*/true) > 1e10);
  CHECK(peak_device_memory() < 128 << 20);  // cuBLAS keeps a workspace
}
