#include "cmgems/train/adamw.h"

#include <cmath>
#include <optional>

#include "support/catch_torch.h"

using namespace cmgems::train;

namespace {

struct Toy : torch::nn::Module {
  Toy()
      : matrix(register_parameter("matrix", torch::full({1, 2}, 2.0F))),
        vector(register_parameter("vector", torch::full({2}, 2.0F))) {}
  at::Tensor matrix, vector;
};

}  // namespace

TEST_CASE("AdamW decays matrices and leaves vectors", "[train]") {
  Toy toy;
  AdamW optimizer(toy, {0.9, 0.98, 1e-6, 0.5});
  toy.matrix.mutable_grad() = torch::full({1, 2}, 3.0F);
  toy.vector.mutable_grad() = torch::full({2}, 3.0F);
  optimizer.step(0.1);
  // first step: m/(1-b1) = g, v/(1-b2) = g^2, so the update is lr * g/(|g|+eps) = 0.1; decay takes lr * 0.5 * 2 = 0.1
  // first
  CHECK(toy.vector[0].item<double>() == Approx(1.9).epsilon(1e-5));
  CHECK(toy.matrix[0][1].item<double>() == Approx(1.8).epsilon(1e-5));
}

TEST_CASE("two steps of AdamW by hand", "[train]") {
  Toy toy;
  AdamW optimizer(toy, {0.9, 0.98, 0.0, 0.0});
  for (const float gradient : {1.0F, 2.0F}) {
    toy.matrix.mutable_grad() = torch::full({1, 2}, gradient);
    toy.vector.mutable_grad() = torch::full({2}, gradient);
    optimizer.step(0.1);
  }
  // m = 0.9*0.1 + 0.1*2 = 0.29, /(1-0.81) = 1.526316; v = 0.98*0.02 + 0.02*4 = 0.0996, /(1-0.9604) = 2.515152
  // second update 0.1 * 1.526316 / sqrt(2.515152) = 0.0962414
  CHECK(toy.vector[1].item<double>() == Approx(2.0 - 0.1 - 0.0962414).epsilon(1e-5));
}

TEST_CASE("clipping scales all gradients together", "[train]") {
  Toy toy;
  AdamW optimizer(toy, {});
  toy.matrix.mutable_grad() = torch::full({1, 2}, 3.0F);
  toy.vector.mutable_grad() = torch::full({2}, 4.0F);
  CHECK(optimizer.clip_gradients(1.0).item<double>() == Approx(std::sqrt(50.0)));
  CHECK(toy.matrix.grad()[0][0].item<double>() == Approx(3 / std::sqrt(50.0)).epsilon(1e-5));
  CHECK(toy.vector.grad()[0].item<double>() == Approx(4 / std::sqrt(50.0)).epsilon(1e-5));
  CHECK(optimizer.clip_gradients(0).item<double>() == Approx(1).epsilon(1e-5));
}

TEST_CASE("gradients below the limit keep their bits", "[train]") {
  Toy toy;
  AdamW optimizer(toy, {});
  toy.matrix.mutable_grad() = torch::full({1, 2}, 0.1F);
  toy.vector.mutable_grad() = torch::full({2}, 0.3F);
  CHECK(optimizer.clip_gradients(1.0).item<double>() == Approx(std::sqrt(0.2)));
  CHECK(toy.matrix.grad()[0][1].item<float>() == 0.1F);
  CHECK(toy.vector.grad()[0].item<float>() == 0.3F);
}

TEST_CASE("a gated step changes nothing where the gate is 1, and is a step where it is 0", "[train]") {
  const auto after = [](const std::vector<std::optional<float>>& gates) {
    Toy toy;
    AdamW optimizer(toy, {});
    for (std::size_t i = 0; i < gates.size(); ++i) {
      const float gradient = gates[i] == 1.0F ? NAN : 1.0F + static_cast<float>(i % 2);
      toy.matrix.mutable_grad() = torch::full({1, 2}, gradient);
      toy.vector.mutable_grad() = torch::full({2}, gradient);
      optimizer.step(0.1, gates[i] ? torch::tensor(*gates[i]) : at::Tensor());
    }
    std::vector<at::Tensor> all{toy.matrix.detach(), toy.vector.detach()};
    for (const auto& [name, tensor] : optimizer.state()) all.push_back(tensor);
    return all;
  };
  const auto plain = after({std::nullopt, std::nullopt});
  const auto open = after({0.0F, 0.0F}), skipped = after({0.0F, 0.0F, 1.0F}), first = after({1.0F, 1.0F});
  REQUIRE(plain.size() == 8);
  for (std::size_t i = 0; i < plain.size(); ++i) {
    INFO("tensor " << i);
    CHECK(at::equal(open[i], plain[i]));
    CHECK(at::equal(skipped[i], plain[i]));
  }
  CHECK(first[0][0][0].item<float>() == 2.0F);
  CHECK(first[2].abs().max().item<float>() == 0);  // the first moment
  CHECK(first[4].item<float>() == 0);              // updates so far
}
