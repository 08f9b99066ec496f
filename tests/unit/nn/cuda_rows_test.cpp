// The arithmetic of the CUDA kernels, run on the CPU by a single lane per row, beside LibTorch's operations.
#include <barrier>
#include <numeric>
#include <thread>

#include "cmgems/nn/ops.h"
#include "nn/cuda/rows.h"
#include "support/catch_torch.h"

using namespace cmgems;
using namespace cmgems::nn;

namespace {

struct OneLane {
  int index = 0, count = 1;
  float sum(float value) const { return value; }
};

/// Lanes that are threads and meet at every sum, as those of a warp do.
struct Meeting {
  explicit Meeting(int lanes) : values(static_cast<std::size_t>(lanes)), barrier(lanes) {}
  std::vector<float> values;
  std::barrier<> barrier;
};
struct ThreadLanes {
  int index, count;
  Meeting* meeting;
  float sum(float value) const {
    meeting->values[static_cast<std::size_t>(index)] = value;
    meeting->barrier.arrive_and_wait();
    const float total = std::accumulate(meeting->values.begin(), meeting->values.end(), 0.0F);
    meeting->barrier.arrive_and_wait();
    return total;
  }
};

/// Calls work(lanes) as each of `count` lanes.
template <class Work>
void with_lanes(int count, Work work) {
  Meeting meeting(count);
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) threads.emplace_back([&, i] { work(ThreadLanes{i, count, &meeting}); });
  for (auto& thread : threads) thread.join();
}

constexpr double kEpsilon = 1e-5;
const DropoutKey kKey{7, 3, 5 << 18};

cuda::Dropout dropout_of(double p) {
  cuda::Dropout dropout;
  if (p == 0) return dropout;
  dropout.counter = stream_counter(Purpose::dropout, kKey.step, kKey.draw);
  dropout.key = {static_cast<std::uint32_t>(kKey.seed), 0};
  dropout.threshold = static_cast<std::uint32_t>(std::lround(p * 65536));
  dropout.scale = 65536.0F / static_cast<float>(65536 - dropout.threshold);
  return dropout;
}

struct Norm {
  at::Tensor x, residual, gamma, beta;
  at::Tensor y, low, sum, mean, deviation;

  template <class T>
  cuda::NormArguments<T> arguments(const cuda::Dropout& dropout) {
    const std::int64_t rows = x.size(0), hidden = x.size(1);
    y = torch::empty_like(residual), sum = torch::empty_like(residual), low = torch::empty_like(x);
    mean = torch::empty({rows}), deviation = torch::empty({rows});
    return {rows,
            hidden,
            x.data_ptr<T>(),
            residual.data_ptr<float>(),
            gamma.data_ptr<float>(),
            beta.data_ptr<float>(),
            kEpsilon,
            dropout,
            sum.data_ptr<float>(),
            y.data_ptr<float>(),
            mean.data_ptr<float>(),
            deviation.data_ptr<float>(),
            low.data_ptr<T>()};
  }

  template <class T>
  void run(const cuda::Dropout& dropout) {
    const auto list = arguments<T>(dropout);
    for (std::int64_t row = 0; row < x.size(0); ++row) cuda::norm_row(list, row, OneLane{});
  }
};

Norm random_norm(std::int64_t rows, std::int64_t hidden, at::ScalarType type) {
  torch::manual_seed(1);
  Norm norm;
  norm.x = torch::randn({rows, hidden}).to(type);
  norm.residual = torch::randn({rows, hidden}) + 3;
  norm.gamma = torch::randn({hidden});
  norm.beta = torch::randn({hidden});
  return norm;
}

double difference(const at::Tensor& a, const at::Tensor& b) {
  return (a.to(at::kDouble) - b.to(at::kDouble)).abs().max().item<double>();
}

}  // namespace

TEST_CASE("the kernels' dropout takes the numbers of the CPU's mask", "[nn]") {
  for (const double p : {0.1, 0.5}) {
    const auto mask = ops::dropout_mask({64}, p, kKey);
    const auto dropout = dropout_of(p);
    for (std::int64_t block = 0; block < 8; ++block) {
      const auto factors = dropout.factors(block);
      for (int i = 0; i < cuda::kEight; ++i) CHECK(factors.at[i] == mask[block * cuda::kEight + i].item<float>());
    }
  }
  CHECK(dropout_of(0).factors(3).at[5] == 1);
}

TEST_CASE("the kernels' LayerNorm of a sum with dropout equals LibTorch's", "[nn]") {
  for (const double p : {0.0, 0.3}) {
    auto norm = random_norm(5, 24, at::kFloat);
    norm.run<float>(dropout_of(p));
    const auto mask = p > 0 ? ops::dropout_mask({5, 24}, p, kKey) : torch::ones({5, 24});
    const auto sum = norm.residual + norm.x * mask;
    CHECK(difference(norm.sum, sum) < 1e-6);
    CHECK(difference(norm.y, torch::layer_norm(sum, {24}, norm.gamma, norm.beta, kEpsilon)) < 1e-5);
    CHECK(difference(norm.mean, sum.mean(1)) < 1e-6);
  }
  auto low = random_norm(5, 24, at::kBFloat16);
  low.run<c10::BFloat16>(dropout_of(0));
  CHECK(at::equal(low.low, low.y.to(at::kBFloat16)));
}

TEST_CASE("several lanes make of a row what one does", "[nn]") {
  for (const int lanes : {2, 3, 8}) {  // five blocks of columns: more than the lanes, and fewer
    auto one = random_norm(2, 40, at::kFloat), several = random_norm(2, 40, at::kFloat);
    one.run<float>(dropout_of(0.3));
    const auto list = several.arguments<float>(dropout_of(0.3));
    with_lanes(lanes, [&](const ThreadLanes& own) {
      for (std::int64_t row = 0; row < 2; ++row) cuda::norm_row(list, row, own);
    });
    CHECK(difference(several.y, one.y) < 1e-5);
    CHECK(difference(several.deviation, one.deviation) < 1e-5);

    const auto gradient = torch::randn({2, 40});
    const auto backward = [&](const Norm& norm, const at::Tensor& x, const at::Tensor& residual) {
      return cuda::NormBackwardArguments<float>{2,
                                                40,
                                                gradient.data_ptr<float>(),
                                                nullptr,
                                                norm.sum.data_ptr<float>(),
                                                norm.mean.data_ptr<float>(),
                                                norm.deviation.data_ptr<float>(),
                                                norm.gamma.data_ptr<float>(),
                                                dropout_of(0.3),
                                                x.data_ptr<float>(),
                                                residual.data_ptr<float>()};
    };
    const auto x = torch::empty({2, 40}), residual = torch::empty({2, 40}), several_x = torch::empty({2, 40}),
               several_residual = torch::empty({2, 40});
    for (std::int64_t row = 0; row < 2; ++row) cuda::norm_backward_row(backward(one, x, residual), row, OneLane{});
    const auto shared = backward(several, several_x, several_residual);
    with_lanes(lanes, [&](const ThreadLanes& own) {
      for (std::int64_t row = 0; row < 2; ++row) cuda::norm_backward_row(shared, row, own);
    });
    CHECK(difference(several_residual, residual) < 1e-5);
    CHECK(difference(several_x, x) < 1e-5);
  }
}

TEST_CASE("the kernels' gradients of LayerNorm of a sum with dropout equal LibTorch's", "[nn]") {
  const double p = 0.3;
  auto norm = random_norm(6, 16, at::kFloat);
  norm.run<float>(dropout_of(p));
  const auto y_gradient = torch::randn({6, 16}), low_gradient = torch::randn({6, 16});
  auto x = torch::empty({6, 16}), residual = torch::empty({6, 16});
  cuda::NormBackwardArguments<float> arguments{6,
                                               16,
                                               y_gradient.data_ptr<float>(),
                                               low_gradient.data_ptr<float>(),
                                               norm.sum.data_ptr<float>(),
                                               norm.mean.data_ptr<float>(),
                                               norm.deviation.data_ptr<float>(),
                                               norm.gamma.data_ptr<float>(),
                                               dropout_of(p),
                                               x.data_ptr<float>(),
                                               residual.data_ptr<float>()};
  for (std::int64_t row = 0; row < 6; ++row) cuda::norm_backward_row(arguments, row, OneLane{});
  auto gamma = torch::zeros({2, 16}), beta = torch::zeros({2, 16});  // two parts: even and odd rows
  for (std::int64_t part = 0; part < 2; ++part) {
    for (std::int64_t block = 0; block < 2; ++block) {
      cuda::Eight<float> gammas{}, betas{};
      cuda::norm_weights_backward(arguments, part, 2, block, gammas, betas);
      cuda::store(gamma.data_ptr<float>() + part * 16, block, gammas);
      cuda::store(beta.data_ptr<float>() + part * 16, block, betas);
    }
  }

  const auto leaf = [](const at::Tensor& t) { return t.detach().clone().requires_grad_(); };
  const auto plain_x = leaf(norm.x), plain_residual = leaf(norm.residual), plain_gamma = leaf(norm.gamma),
             plain_beta = leaf(norm.beta);
  const auto sum = plain_residual + plain_x * ops::dropout_mask({6, 16}, p, kKey);
  torch::layer_norm(sum, {16}, plain_gamma, plain_beta, kEpsilon).backward(y_gradient + low_gradient);
  CHECK(difference(x, plain_x.grad()) < 1e-5);
  CHECK(difference(residual, plain_residual.grad()) < 1e-5);
  CHECK(difference(gamma.sum(0), plain_gamma.grad()) < 1e-5);
  CHECK(difference(beta.sum(0), plain_beta.grad()) < 1e-5);

  arguments.low_gradient = nullptr;  // one of the two may be missing
  cuda::norm_backward_row(arguments, 2, OneLane{});
  plain_residual.mutable_grad() = at::Tensor();
  torch::layer_norm(plain_residual + plain_x.detach() * ops::dropout_mask({6, 16}, p, kKey), {16}, plain_gamma,
                    plain_beta, kEpsilon)
      .backward(y_gradient);
  CHECK(difference(residual[2], plain_residual.grad()[2]) < 1e-5);
}
