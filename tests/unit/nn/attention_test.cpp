#include "cmgems/nn/ops.h"
#include "nn/ops/attention_cuda.h"
#include "support/catch_torch.h"

using namespace cmgems::nn;

namespace {

struct Input {
  at::Tensor q, k, v;
};

Input random_input(std::int64_t queries, std::int64_t keys, at::ScalarType dtype) {
  torch::manual_seed(1);
  const auto make = [&](std::int64_t rows) { return torch::randn({rows, 3, 8}, dtype).requires_grad_(); };
  return {make(queries), make(keys), make(keys)};
}

double largest_difference(const at::Tensor& a, const at::Tensor& b) { return (a - b).abs().max().item<double>(); }

/// softmax(q k^T / sqrt(D)) v window by window with plain matrix products and autograd: the reference.
at::Tensor plain_attention(const Input& x, Boundaries queries, Boundaries keys) {
  std::vector<at::Tensor> outputs;
  for (std::size_t w = 0; w + 1 < keys.size(); ++w) {
    const auto cut = [w](const at::Tensor& t, Boundaries edges) {  // [A, L, D]
      return t.narrow(0, edges[w], edges[w + 1] - edges[w]).transpose(0, 1);
    };
    const auto q = cut(x.q, queries), k = cut(x.k, keys), v = cut(x.v, keys);
    const auto scores = torch::matmul(q, k.transpose(1, 2)) / std::sqrt(static_cast<double>(q.size(2)));
    outputs.push_back(torch::matmul(torch::softmax(scores, -1), v).transpose(0, 1));
  }
  return torch::cat(outputs);
}

}  // namespace

TEST_CASE("attention head by head, in tiles of queries, equals the formula, values and gradients", "[nn]") {
  const std::vector<std::int32_t> keys{0, 5, 10, 12, 40, 340};
  const std::vector<std::int32_t> some{0, 2, 4, 4, 7, 138};  // the third window asks nothing, the last one fills a tile
  for (const auto& [dtype, tolerance] : {std::pair{at::kFloat, 2e-5}, {at::kBFloat16, 0.06}}) {
    for (const auto& queries : {keys, some}) {
      const auto input = random_input(queries.back(), keys.back(), at::kDouble);
      const auto leaf = [dtype = dtype](const at::Tensor& x) { return x.detach().to(dtype).requires_grad_(); };
      const Input fast{leaf(input.q), leaf(input.k), leaf(input.v)};
      Pass pass;
      const auto a = ops::attention(fast.q, fast.k, fast.v, queries, keys, 0.1, pass);  // no stream: no dropout
      const auto b = plain_attention(input, queries, keys);
      CHECK(largest_difference(a, b) < tolerance);
      const auto weights = torch::randn_like(b);
      (a.to(at::kDouble) * weights).sum().backward();
      (b * weights).sum().backward();
      CHECK(largest_difference(fast.q.grad(), input.q.grad()) < tolerance);
      CHECK(largest_difference(fast.k.grad(), input.k.grad()) < tolerance);
      CHECK(largest_difference(fast.v.grad(), input.v.grad()) < tolerance);
    }
  }
}

TEST_CASE("attention gives the same bits with any number of threads", "[nn]") {
  const std::vector<std::int32_t> windows{0, 5, 10, 12, 40, 340};
  const auto input = random_input(340, 340, at::kFloat);
  const int threads = at::get_num_threads();
  const auto run = [&](int count, double dropout) {
    at::set_num_threads(count);
    for (const auto& leaf : {input.q, input.k, input.v}) leaf.mutable_grad() = at::Tensor();
    Pass pass{at::kFloat, DropoutStream(5, 1, 0)};
    const auto out = ops::attention(input.q, input.k, input.v, windows, windows, dropout, pass);
    out.square().sum().backward();
    return std::vector<at::Tensor>{out.detach(), input.q.grad(), input.k.grad(), input.v.grad()};
  };
  for (const double dropout : {0.0, 0.3}) {
    const auto one = run(1, dropout), three = run(3, dropout);
    at::set_num_threads(threads);
    for (std::size_t i = 0; i < one.size(); ++i) CHECK(at::equal(one[i], three[i]));
  }
}

TEST_CASE("attention by hand: one window, equal scores, the mean of the values", "[nn]") {
  const auto q = torch::zeros({2, 1, 2}), k = torch::ones({2, 1, 2});
  const auto v = torch::tensor({1.0F, 2.0F, 3.0F, 6.0F}).view({2, 1, 2});
  const std::vector<std::int32_t> windows{0, 2};
  Pass pass;
  const auto out = ops::attention(q, k, v, windows, windows, 0, pass);
  CHECK(largest_difference(out, torch::tensor({2.0F, 4.0F, 2.0F, 4.0F}).view({2, 1, 2})) < 1e-6);
}

TEST_CASE("probabilities times values are the attention", "[nn]") {
  const std::vector<std::int32_t> window{0, 9};
  const auto input = random_input(9, 9, at::kDouble);
  Pass pass;
  const auto probabilities = ops::attention_probabilities(input.q, input.k);  // [A, L, L]
  REQUIRE(probabilities.sizes() == at::IntArrayRef({3, 9, 9}));
  CHECK(largest_difference(probabilities.sum(-1), torch::ones({3, 9}, at::kDouble)) < 1e-12);
  const auto product = torch::matmul(probabilities, input.v.transpose(0, 1)).transpose(0, 1);
  CHECK(largest_difference(product, ops::attention(input.q, input.k, input.v, window, window, 0, pass)) < 1e-12);
}

TEST_CASE("with dropout the backward pass uses the mask of the forward pass", "[nn]") {
  const std::vector<std::int32_t> windows{0, 4, 8, 11};
  auto input = random_input(11, 11, at::kDouble);
  const auto weights = torch::randn({11, 3, 8}, at::kDouble);
  const auto loss = [&](const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
    Pass pass{at::kFloat, DropoutStream(5, 1, 0)};
    return (ops::attention(q, k, v, windows, windows, 0.3, pass) * weights).sum();
  };
  loss(input.q, input.k, input.v).backward();
  torch::NoGradGuard no_grad;
  constexpr double kStep = 1e-6;
  for (const auto& [tensor, gradient] :
       {std::pair{input.q, input.q.grad()}, {input.k, input.k.grad()}, {input.v, input.v.grad()}}) {
    for (std::int64_t i = 0; i < tensor.numel(); i += 13) {
      auto entry = tensor.view({-1})[i];
      const double before = entry.item<double>();
      entry.fill_(before + kStep);
      const double up = loss(input.q, input.k, input.v).item<double>();
      entry.fill_(before - kStep);
      const double down = loss(input.q, input.k, input.v).item<double>();
      entry.fill_(before);
      CHECK(gradient.reshape({-1})[i].item<double>() == Approx((up - down) / (2 * kStep)).margin(1e-7));
    }
  }
}

TEST_CASE("dropout in attention keeps the expectation", "[nn]") {
  const std::vector<std::int32_t> windows{0, 64};
  const auto q = torch::zeros({64, 3, 8}), v = torch::ones({64, 3, 8});
  Pass pass{at::kFloat, DropoutStream(5, 1, 0)};
  const auto out = ops::attention(q, q, v, windows, windows, 0.25, pass);
  CHECK(out.mean().item<double>() == Approx(1).margin(0.02));
  CHECK(out.std().item<double>() > 0.01);
}

TEST_CASE("the reference of the GPU's attention equals the CPU's, with the same masks", "[nn]") {
  const std::vector<std::int32_t> keys{0, 5, 10, 12, 40};
  const std::vector<std::int32_t> some{0, 2, 4, 4, 7};
  for (const double dropout : {0.0, 0.3}) {
    auto one = random_input(some.back(), keys.back(), at::kDouble);
    auto other = random_input(some.back(), keys.back(), at::kDouble);
    Pass pass{at::kFloat, dropout > 0 ? DropoutStream(5, 1, 0) : DropoutStream()};
    const auto a = ops::attention(one.q, one.k, one.v, some, keys, dropout, pass);
    const auto b = ops::attention_plain(other.q, other.k, other.v, ops::runs_of(some, keys), dropout,
                                        DropoutStream(5, 1, 0).next());
    CHECK(largest_difference(a, b) < 1e-12);
    const auto weights = torch::randn_like(a);
    (a * weights).sum().backward();
    (b * weights).sum().backward();
    CHECK(largest_difference(one.q.grad(), other.q.grad()) < 1e-12);
    CHECK(largest_difference(one.k.grad(), other.k.grad()) < 1e-12);
    CHECK(largest_difference(one.v.grad(), other.v.grad()) < 1e-12);
  }
}
