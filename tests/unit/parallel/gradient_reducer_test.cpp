#include "support/catch_torch.h"
// catch_torch.h comes first
#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>

#include "cmgems/parallel/gradient_reducer.h"
#include "support/thread_ranks.h"

using namespace cmgems;
using parallel::GradientReducer;

namespace {

at::Tensor parameter(std::int64_t elements) { return at::ones({elements}).set_requires_grad(true); }
float first_of(const at::Tensor& x) { return x[0].item<float>(); }

}  // namespace

TEST_CASE("buckets are filled from the last parameter on, to the first that is full", "[parallel]") {
  const auto ranks = parallel::one_process();
  // 4 bytes each: {3, 2} fill 12 bytes, {10} is over at once, {1} is left
  const std::vector<at::Tensor> parameters{parameter(1), parameter(10), parameter(2), parameter(1)};
  const GradientReducer reducer(parameters, *ranks, 12);
  CHECK(reducer.buckets() == 3);
  CHECK(reducer.bytes() == 56);
}

TEST_CASE("gradients of all micro-batches and ranks are added up, each bucket once and in order", "[parallel]") {
  test::on_ranks(2, [](test::ThreadRanks& ranks) {
    const auto a = parameter(3), b = parameter(2), unused = parameter(4);
    GradientReducer reducer({a, unused, b}, ranks, 1);  // a bucket each
    for (int step = 0; step < 2; ++step) {
      ranks.sums.clear();
      reducer.begin();
      const double scale = ranks.rank() + 1;
      (a.sum() * scale).backward();
      test::need(ranks.sums.empty(), "ranks.sums.empty()");
      reducer.arm();
      // a is complete before b, whose bucket goes first
      (a.sum() * 10 * scale + (b * scale).sum()).backward();
      reducer.finish();
      test::need(ranks.sums == std::vector<std::int64_t>{2, 4, 3}, "ranks.sums == std::vector<std::int64_t>{2, 4, 3}");
      test::need(first_of(a.grad()) == 33, "first_of(a.grad()) == 33");  // (1 + 10) * (1 + 2)
      test::need(first_of(b.grad()) == 3, "first_of(b.grad()) == 3");
      test::need(first_of(unused.grad()) == 0, "first_of(unused.grad()) == 0");
    }
  });
}

TEST_CASE("a rank without work takes part", "[parallel]") {
  test::on_ranks(2, [](test::ThreadRanks& ranks) {
    const auto a = parameter(3);
    GradientReducer reducer({a}, ranks);
    reducer.begin();
    if (ranks.first()) {
      reducer.arm();
      (a.sum() * 5).backward();
    }
    reducer.finish();
    test::need(first_of(a.grad()) == 5, "first_of(a.grad()) == 5");
  });
}
