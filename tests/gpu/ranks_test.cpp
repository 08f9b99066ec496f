#include <ATen/ops/arange.h>
#include <ATen/ops/ones.h>

#include "cmgems/parallel/gradient_reducer.h"
#include "cmgems/parallel/process_group.h"
#include "support/catch_torch.h"
#include "support/gpu.h"

using namespace cmgems;

TEST_CASE("gradients of one rank go through NCCL unchanged", "[gpu]") {
  CMGEMS_NEEDS_GPU();
#ifndef CMGEMS_CUDA_KERNELS
  CMGEMS_SKIP("built without CUDA kernels");
#else
  parallel::Environment environment;
  environment.port = 29577;
  parallel::GroupOptions options;
  options.cuda = options.even_alone = true;
  const auto ranks = parallel::join(environment, options);
  const auto weight = at::ones({1000}, at::kCUDA).set_requires_grad(true);
  const auto factors = at::arange(1000, at::TensorOptions(at::kCUDA).dtype(at::kFloat));
  parallel::GradientReducer reducer({weight}, *ranks);
  for (int step = 0; step < 3; ++step) {
    reducer.begin();
    reducer.arm();
    (weight * factors).sum().backward();
    reducer.finish();
    CHECK(at::equal(weight.grad(), factors));
  }
  const auto all = ranks->gather(factors);
  CHECK(all.size(0) == 1);
  CHECK(at::equal(all[0], factors));
  CHECK(ranks->share_first("told") == "told");
#endif
}
