#include "cmgems/train/lm_step.h"

#include "support/catch_torch.h"
#include "support/tiny_bert.h"

using namespace cmgems;

namespace {

std::vector<corpus::MaskedExample> examples() {
  return {{{9, 4, 30, 4, 12}, {1, 3}, {40, 41}},
          {{4, 50, 51, 52, 4}, {0, 4}, {6, 68}},
          {{4, 4, 60}, {0, 1}, {11, 12}},
          {{20, 21}, {}, {}}};
}

std::vector<at::Tensor> gradients(nn::MaskedLm& model) {
  std::vector<at::Tensor> result;
  for (auto& parameter : model->parameters()) {
    result.push_back(parameter.grad().clone());
    parameter.mutable_grad() = at::Tensor();
  }
  return result;
}

}  // namespace

TEST_CASE("loss and gradients of a global batch do not depend on its split", "[train]") {
  auto model = test::tiny_model();
  const nn::Runtime runtime;
  const auto whole = corpus::pack(examples(), 0), split = corpus::pack(examples(), 7);
  REQUIRE(split.size() == 4);  // one of them without a masked token
  const double loss = train::accumulate_gradients(model, whole, runtime, 1, 0).item<double>();
  const auto expected = gradients(model);
  CHECK(train::accumulate_gradients(model, split, runtime, 1, 0).item<double>() == Approx(loss).epsilon(1e-12));
  const auto actual = gradients(model);
  for (std::size_t i = 0; i < expected.size(); ++i) CHECK((expected[i] - actual[i]).abs().max().item<double>() < 1e-12);
  CHECK(train::mean_cross_entropy(model, split, runtime) == Approx(loss).epsilon(1e-12));
}

TEST_CASE("an untrained model knows nothing: perplexity near the vocabulary", "[train]") {
  nn::MaskedLm model(test::tiny_shape());
  nn::initialise(*model, config::PositionInit::normal, 3);
  const auto batches = corpus::pack(examples(), 0);
  CHECK(std::exp(train::mean_cross_entropy(model, batches, {})) == Approx(69).epsilon(0.05));
  CHECK(train::masked_tokens(batches) == 6);
}
