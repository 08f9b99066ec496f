#include "cmgems/train/adamw.h"

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
  CHECK(optimizer.clip_gradients(1.0) == Approx(std::sqrt(50.0)));
  CHECK(toy.matrix.grad()[0][0].item<double>() == Approx(3 / std::sqrt(50.0)).epsilon(1e-5));
  CHECK(toy.vector.grad()[0].item<double>() == Approx(4 / std::sqrt(50.0)).epsilon(1e-5));
  CHECK(optimizer.clip_gradients(0) == Approx(1).epsilon(1e-5));
}
