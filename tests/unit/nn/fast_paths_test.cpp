// Every fast path beside the plain operations that it stands for: values and gradients. The plain ones run in double
// where they can, so that the difference is the fast path's own.
#include <cmath>

#include "cmgems/nn/heads.h"
#include "support/catch_torch.h"
#include "support/tiny_bert.h"

using namespace cmgems;
using namespace cmgems::nn;

namespace {

constexpr FastPaths kPlain{false, false, false, false, false, false};

Pass plain_pass(DropoutStream dropout = {}) { return {at::kFloat, dropout, kPlain}; }

at::Tensor random_leaf(at::IntArrayRef shape) { return torch::randn(shape).requires_grad_(); }

at::Tensor twin(const at::Tensor& x, at::ScalarType type = at::kDouble) {
  return x.detach().to(type).clone().requires_grad_(x.requires_grad());
}

double largest_difference(const at::Tensor& a, const at::Tensor& b) {
  REQUIRE(a.sizes() == b.sizes());
  if (a.numel() == 0) return 0;
  return (a.to(at::kDouble) - b.to(at::kDouble)).abs().max().item<double>();
}

/// Runs both, pulls the same random gradient through, compares output and the gradients of all leaves.
template <class Fast, class Plain>
void compare(std::vector<at::Tensor> leaves, double tolerance, Fast fast, Plain plain,
             at::ScalarType plain_type = at::kDouble) {
  std::vector<at::Tensor> twins;
  for (const auto& leaf : leaves) twins.push_back(twin(leaf, plain_type));
  const auto a = fast(leaves);
  const auto b = plain(twins);
  CHECK(largest_difference(a, b) < tolerance);
  const auto weights = torch::randn(a.sizes());
  (a * weights).sum().backward();
  (b * weights.to(plain_type)).sum().backward();
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    INFO("leaf " << i);
    CHECK(largest_difference(leaves[i].grad(), twins[i].grad()) < tolerance);
  }
}

using Leaves = const std::vector<at::Tensor>&;

/// Weights ten times the usual ones, so that every path has a part in loss and gradients that tolerances can see.
MaskedLm steep_model(double dropout) {
  auto shape = test::tiny_shape();
  shape.hidden_dropout_prob = shape.attention_probs_dropout_prob = dropout;
  MaskedLm model(shape);
  initialise(*model, config::PositionInit::normal, 3);
  for (auto& parameter : model->parameters()) parameter.set_data(parameter.detach() * 10);
  return model;
}

}  // namespace

TEST_CASE("GELU in the chunked feed-forward is exact over its whole range", "[nn]") {
  // Both matrices 1 x 1 and equal to one: what comes out is GELU itself.
  const auto x = torch::linspace(-14, 14, 40001).view({-1, 1});
  const auto one = torch::ones({1, 1}), zero = torch::zeros({1});
  const auto exact = torch::gelu(x.to(at::kDouble));
  const auto error = (ops::feed_forward(x, one, zero, one, zero, {}).to(at::kDouble) - exact).abs();
  CHECK((error / x.abs().clamp_min(1)).max().item<double>() < 1.3e-7);
  CHECK((error / exact.abs()).masked_select(x.abs() < 5).nan_to_num(0).max().item<double>() < 1.5e-6);
}

TEST_CASE("the gradient of GELU in the chunked feed-forward is exact over its whole range", "[nn]") {
  // Identity matrices of 200 columns, so that the vector loop runs; d GELU(x) / dx = cdf(x) + x density(x).
  const auto x = torch::linspace(-14, 14, 40000).view({-1, 200}).contiguous().requires_grad_();
  const auto identity = torch::eye(200), zero = torch::zeros({200});
  ops::feed_forward(x, identity, zero, identity, zero, {}).sum().backward();
  const auto exact = x.detach().to(at::kDouble);
  const auto cdf = 0.5 * (1 + torch::erf(exact / std::sqrt(2.0)));
  const auto density = torch::exp(-0.5 * exact.square()) / std::sqrt(2 * std::acos(-1.0));
  CHECK(largest_difference(x.grad(), cdf + exact * density) < 3e-7);
}

TEST_CASE("what the plain paths refuse, the fused ones refuse", "[nn]") {
  const auto scores = torch::randn({1, 9}), row = torch::randn({1, 9});
  for (const std::int64_t label : {-1, 9}) {
    CHECK_THROWS_AS(ops::cross_entropy_sum(scores, torch::full({1}, label, at::kLong), {}), c10::Error);
  }
  const auto words = torch::randn({11, 8}), positions = torch::randn({7, 8}), types = torch::randn({2, 8}),
             gamma = torch::ones({8}), beta = torch::zeros({8});
  const auto embed = [&](std::int64_t word, std::int64_t position) {
    return ops::embed(torch::full({1}, word, at::kLong), torch::full({1}, position, at::kLong), words, positions, types,
                      gamma, beta, 1e-12, {});
  };
  CHECK(embed(10, 6).size(0) == 1);
  CHECK_THROWS_AS(embed(11, 6), c10::Error);
  CHECK_THROWS_AS(embed(-1, 6), c10::Error);
  CHECK_THROWS_AS(embed(10, 7), c10::Error);
}

TEST_CASE("logits that are overwritten cannot give wrong gradients", "[nn]") {
  const auto labels = torch::zeros({3}, at::kLong);
  const auto leaf = torch::randn({3, 5}).requires_grad_(), before = leaf.detach().clone();
  ops::cross_entropy_sum(leaf, labels, {}).backward();
  CHECK(at::equal(leaf.detach(), before));
  CHECK(leaf.grad().abs().sum().item<double>() > 0);
  const auto x = torch::randn({3, 5}).requires_grad_();
  const auto loss = ops::cross_entropy_sum(torch::tanh(x), labels, {});  // tanh keeps its result for the backward pass
  CHECK_THROWS_AS(loss.backward(), c10::Error);
}

TEST_CASE("second derivatives are refused by the fused operations", "[nn]") {
  const auto x = random_leaf({6, 16}), weight = random_leaf({16, 16}), bias = random_leaf({16});
  Pass pass;
  const auto refuses = [&](const at::Tensor& y) {
    CHECK_THROWS_AS(torch::autograd::grad({y.sum()}, {x}, {}, true, /*create_graph=*/true), c10::Error);
  };
  refuses(ops::feed_forward(x, weight, bias, weight, bias, pass));
  refuses(ops::dropout_add_layer_norm(x, x, 0, bias, bias, 1e-12, pass));
  refuses(ops::cross_entropy_sum(x * 1, torch::zeros({6}, at::kLong), pass));
  const auto heads = x.view({6, 2, 8});
  const std::vector<std::int32_t> windows{0, 6};
  refuses(ops::attention(heads, heads, heads, windows, windows, 0, pass));
}

TEST_CASE("chunked feed-forward equals two linear layers and GELU", "[nn]") {
  torch::manual_seed(1);
  for (const std::int64_t rows : {1, 37, 1023, 1024, 2600}) {
    INFO(rows << " rows");
    compare(
        {random_leaf({rows, 24}), random_leaf({200, 24}), random_leaf({200}), random_leaf({24, 200}),
         random_leaf({24})},
        rows > 500 ? 2e-3 : 3e-4, [](Leaves x) { return ops::feed_forward(x[0], x[1], x[2], x[3], x[4], {}); },
        [](Leaves x) { return ops::feed_forward(x[0], x[1], x[2], x[3], x[4], plain_pass()); });
  }
}

TEST_CASE("chunked feed-forward in bf16 stays near fp32", "[nn]") {
  torch::manual_seed(1);
  const Pass bf16{at::kBFloat16, {}, {}};
  const auto x = random_leaf({700, 32}), w = random_leaf({96, 32}), b = random_leaf({96}), v = random_leaf({32, 96}),
             c = random_leaf({32});
  const auto close = [](const at::Tensor& a, const at::Tensor& exact) {  // relative to the size of the whole
    return ((a.to(at::kDouble) - exact).norm() / exact.norm()).item<double>() < 0.01;
  };
  const auto out = ops::feed_forward(x, w, b, v, c, bf16);
  CHECK(out.scalar_type() == at::kBFloat16);
  const std::vector<at::Tensor> leaves{x, w, b, v, c};
  std::vector<at::Tensor> exact;
  for (const auto& leaf : leaves) exact.push_back(twin(leaf));
  const auto expected = ops::feed_forward(exact[0], exact[1], exact[2], exact[3], exact[4], plain_pass());
  CHECK(close(out, expected));
  const auto weights = torch::randn({700, 32});
  (out * weights).sum().backward();
  (expected * weights).sum().backward();
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    CHECK(leaves[i].grad().scalar_type() == at::kFloat);
    CHECK(close(leaves[i].grad(), exact[i].grad()));
  }
}

TEST_CASE("fused dropout, residual and LayerNorm equal the plain ones under the same mask", "[nn]") {
  torch::manual_seed(2);
  for (const std::int64_t rows : {1, 63, 64, 200}) {
    for (const std::int64_t columns : {8, 24, 256, 13}) {
      for (const bool drops : {false, true}) {
        INFO(rows << " x " << columns << (drops ? " with dropout" : ""));
        const auto stream = drops ? DropoutStream(3, 1, 2) : DropoutStream();
        const auto normed = [&](Leaves x, Pass pass) {
          return ops::dropout_add_layer_norm(x[0], x[1], 0.2, x[2], x[3], 1e-12, pass);
        };
        compare(
            {random_leaf({rows, columns}), random_leaf({rows, columns}), random_leaf({columns}),
             random_leaf({columns})},
            1e-4, [&](Leaves x) { return normed(x, {at::kFloat, stream, {}}); },
            [&](Leaves x) { return normed(x, plain_pass(stream)); });
      }
    }
  }
}

TEST_CASE("fused LayerNorm takes bf16 and gives its gradient in bf16", "[nn]") {
  torch::manual_seed(2);
  const auto x = torch::randn({70, 32}).to(at::kBFloat16).requires_grad_();
  const auto residual = random_leaf({70, 32}), gamma = random_leaf({32}), beta = random_leaf({32});
  Pass fast, plain = plain_pass();
  const auto out = ops::dropout_add_layer_norm(x, residual, 0, gamma, beta, 1e-12, fast);
  const auto exact = twin(x);
  const auto expected =
      ops::dropout_add_layer_norm(exact, residual.detach().to(at::kDouble), 0, gamma.detach().to(at::kDouble),
                                  beta.detach().to(at::kDouble), 1e-12, plain);
  CHECK(largest_difference(out, expected) < 1e-5);
  out.square().sum().backward();
  expected.square().sum().backward();
  CHECK(x.grad().scalar_type() == at::kBFloat16);
  CHECK(torch::allclose(x.grad().to(at::kDouble), exact.grad(), 1e-2, 1e-2));
}

TEST_CASE("fused embeddings equal the plain ones", "[nn]") {
  torch::manual_seed(3);
  const auto ids = torch::randint(0, 11, {90}, at::kLong), positions = torch::randint(0, 7, {90}, at::kLong);
  const auto embed = [&](Leaves x, const Pass& pass) {
    return ops::embed(ids, positions, x[0], x[1], x[2], x[3], x[4], 1e-12, pass);
  };
  compare(
      {random_leaf({11, 20}), random_leaf({7, 20}), random_leaf({2, 20}), random_leaf({20}), random_leaf({20})}, 1e-4,
      [&](Leaves x) { return embed(x, {}); }, [&](Leaves x) { return embed(x, plain_pass()); });
}

TEST_CASE("cross-entropy in place equals the plain one", "[nn]") {
  torch::manual_seed(4);
  for (const std::int64_t rows : {0, 1, 53}) {
    for (const std::int64_t columns : {5, 69, 4101}) {
      INFO(rows << " x " << columns);
      const auto logits = (torch::randn({rows, columns}) * 6).requires_grad_();
      const auto labels = torch::randint(0, columns, {rows}, at::kLong);
      const auto exact = twin(logits);
      const auto loss = ops::cross_entropy_sum(logits * 1, labels, {});  // the product's memory is overwritten
      const auto expected = ops::cross_entropy_sum(exact, labels, plain_pass());
      CHECK(loss.item<double>() == Approx(expected.item<double>()).epsilon(1e-6).margin(1e-7));
      (loss * 0.5).backward();
      (expected * 0.5).backward();
      CHECK(largest_difference(logits.grad(), exact.grad()) < 1e-6);
    }
  }
}

TEST_CASE("without gradients cross-entropy leaves the logits alone", "[nn]") {
  const auto logits = torch::randn({6, 9}), before = logits.clone();
  const auto loss = ops::cross_entropy_sum(logits, torch::zeros({6}, at::kLong), {});
  CHECK(at::equal(logits, before));
  CHECK(loss.item<double>() == Approx(-torch::log_softmax(before, 1).select(1, 0).sum().item<double>()));
}

TEST_CASE("fused attention with dropout equals the formula under the same masks", "[nn]") {
  torch::manual_seed(5);
  const std::vector<std::int32_t> keys{0, 5, 10, 12, 53, 254};  // the last one has more queries than a tile
  const std::vector<std::int32_t> some{0, 2, 4, 4, 7, 10};      // the third window asks nothing
  for (const auto& queries : {keys, some}) {
    const auto attend = [&](Leaves x, Pass pass) { return ops::attention(x[0], x[1], x[2], queries, keys, 0.3, pass); };
    const DropoutStream stream(5, 1, 0);
    compare(
        {random_leaf({queries.back(), 3, 8}), random_leaf({254, 3, 8}), random_leaf({254, 3, 8})}, 2e-5,
        [&](Leaves x) { return attend(x, {at::kFloat, stream, {}}); },
        [&](Leaves x) { return attend(x, plain_pass(stream)); });
  }
}

TEST_CASE("fused attention without dropout equals the formula", "[nn]") {
  torch::manual_seed(5);
  const std::vector<std::int32_t> keys{0, 5, 10, 12, 53}, queries{0, 2, 4, 4, 7};
  const auto attend = [&](Leaves x, Pass pass) { return ops::attention(x[0], x[1], x[2], queries, keys, 0, pass); };
  compare(
      {random_leaf({7, 3, 8}), random_leaf({53, 3, 8}), random_leaf({53, 3, 8})}, 2e-5,
      [&](Leaves x) { return attend(x, {}); }, [&](Leaves x) { return attend(x, plain_pass()); });
}

TEST_CASE("each fast path leaves loss and gradients of the whole model where they are", "[nn]") {
  const auto batch = test::tiny_batch();
  for (const double dropout : {0.0, 0.2}) {
    MaskedLm model = steep_model(dropout);
    const auto gradients = [&](const FastPaths& fast) {
      Pass pass{at::kFloat, DropoutStream(9, 4, 0), fast};
      const auto logits = model->forward(to_ragged(batch, at::kCPU), select_masked(batch, at::kCPU), pass);
      model->zero_grad();
      const auto loss = ops::cross_entropy_sum(logits, labels_of(batch, at::kCPU), pass);
      loss.backward();
      std::vector<at::Tensor> list{loss.detach()};
      for (const auto& parameter : model->parameters()) list.push_back(parameter.grad().clone());
      return list;
    };
    // With dropout, a pass over other tokens draws other masks: only paths that compute the same tokens compare.
    FastPaths reference = kPlain;
    reference.last_layer_selected = reference.head_selected = dropout > 0;
    const auto expected = gradients(reference);
    std::vector<FastPaths> tried{FastPaths{}};
    for (const auto path : {&FastPaths::feed_forward, &FastPaths::layer_norm, &FastPaths::attention,
                            &FastPaths::cross_entropy, &FastPaths::last_layer_selected, &FastPaths::head_selected}) {
      FastPaths fast = reference;
      fast.*path = true;
      tried.push_back(fast);
    }
    for (const auto& fast : tried) {
      const auto found = gradients(fast);
      for (std::size_t i = 0; i < found.size(); ++i) CHECK(torch::allclose(found[i], expected[i], 1e-3, 2e-4));
    }
  }
}

TEST_CASE("the end of a layer half gives the same bits with any number of threads", "[nn]") {
  torch::manual_seed(6);
  const auto x = random_leaf({9000, 136}), residual = random_leaf({9000, 136}), gamma = random_leaf({136}),
             beta = random_leaf({136});  // enough blocks and columns for sums that LibTorch would split
  const int threads = at::get_num_threads();
  const auto run = [&](int count) {
    at::set_num_threads(count);
    for (const auto& leaf : {x, residual, gamma, beta}) leaf.mutable_grad() = at::Tensor();
    Pass pass{at::kFloat, DropoutStream(5, 1, 0), {}};
    const auto out = ops::dropout_add_layer_norm(x, residual, 0.1, gamma, beta, 1e-12, pass);
    out.square().sum().backward();
    return std::vector<at::Tensor>{out.detach(), x.grad(), residual.grad(), gamma.grad(), beta.grad()};
  };
  const auto one = run(1), two = run(2), three = run(3);
  at::set_num_threads(threads);
  for (std::size_t i = 0; i < one.size(); ++i) {
    CHECK(at::equal(one[i], two[i]));
    CHECK(at::equal(one[i], three[i]));
  }
}

TEST_CASE("in bf16 the fused gradients of the whole model are about as near to fp32 as the plain ones", "[nn]") {
  const auto batch = test::tiny_batch();
  for (const double dropout : {0.0, 0.2}) {
    MaskedLm model = steep_model(dropout);
    const auto gradient = [&](at::ScalarType compute, const FastPaths& fast) {
      Pass pass{compute, DropoutStream(9, 4, 0), fast};
      model->zero_grad();
      const auto logits = model->forward(to_ragged(batch, at::kCPU), select_masked(batch, at::kCPU), pass);
      ops::cross_entropy_sum(logits, labels_of(batch, at::kCPU), pass).backward();
      std::vector<at::Tensor> parts;
      for (const auto& parameter : model->parameters()) parts.push_back(parameter.grad().flatten());
      return at::cat(parts);
    };
    FastPaths plain = kPlain;  // of the same tokens: another selection draws other masks
    plain.last_layer_selected = plain.head_selected = true;
    const auto exact = gradient(at::kFloat, plain);
    const auto error = [&](const FastPaths& fast) {
      return ((gradient(at::kBFloat16, fast) - exact).norm() / exact.norm()).item<double>();
    };
    const double by_rounding = error(plain);
    CHECK(by_rounding < 0.1);
    CHECK(error({}) < 1.25 * by_rounding);
  }
}
