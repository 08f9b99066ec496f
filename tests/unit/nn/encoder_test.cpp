#include "cmgems/nn/encoder.h"

#include "cmgems/nn/weights.h"
#include "support/catch_torch.h"
#include "support/tiny_bert.h"

using namespace cmgems;
using namespace cmgems::nn;

namespace {

/// Compares every parameter's gradient with central differences at some of its entries.
template <class Loss>
void check_gradients(torch::nn::Module& model, Loss loss) {
  loss().backward();
  torch::NoGradGuard no_grad;
  constexpr double kStep = 1e-5;
  for (auto& item : model.named_parameters()) {
    INFO(item.key());
    auto flat = item.value().view({-1});
    const auto gradient = item.value().grad().reshape({-1});
    for (std::int64_t i = 0; i < flat.numel(); i += std::max<std::int64_t>(1, flat.numel() / 7)) {
      const double before = flat[i].template item<double>();
      flat[i].fill_(before + kStep);
      const double up = loss().template item<double>();
      flat[i].fill_(before - kStep);
      const double down = loss().template item<double>();
      flat[i].fill_(before);
      CHECK(gradient[i].template item<double>() == Approx((up - down) / (2 * kStep)).epsilon(1e-5).margin(1e-8));
    }
  }
}

}  // namespace

TEST_CASE("gradients of the masked language model equal finite differences", "[nn]") {
  auto model = test::tiny_model();
  const auto batch = test::tiny_batch();
  check_gradients(*model, [&] { return test::loss_of(model, batch); });
}

TEST_CASE("gradients with dropout equal finite differences under the same masks", "[nn]") {
  auto shape = test::tiny_shape();
  shape.hidden_dropout_prob = 0.2;
  shape.attention_probs_dropout_prob = 0.2;
  MaskedLm model(shape);
  initialise(*model, config::PositionInit::normal, 3);
  for (auto& parameter : model->parameters()) parameter.set_data(parameter.detach() * 10);
  model->to(at::kDouble);
  const auto batch = test::tiny_batch();
  check_gradients(*model, [&] { return test::loss_of(model, batch, DropoutStream(9, 4, 0)); });
}

TEST_CASE("gradients of the classifier equal finite differences, both poolings", "[nn]") {
  for (auto pooling : {config::Pooling::cls, config::Pooling::mean}) {
    Classifier model(test::tiny_shape(), 3, pooling);
    initialise(*model, config::PositionInit::normal, 3);
    for (auto& parameter : model->parameters()) parameter.set_data(parameter.detach() * 10);
    model->to(at::kDouble);
    const auto labels = torch::tensor({0, 2, 1, 1}, at::kLong);
    check_gradients(*model, [&] {
      Pass pass;
      return ops::cross_entropy_sum(model->forward(to_ragged(test::tiny_batch(), at::kCPU), pass), labels);
    });
  }
}

TEST_CASE("the ragged batch gives the loss of its windows one by one", "[nn]") {
  auto model = test::tiny_model();
  const std::vector<corpus::MaskedExample> examples{
      {{9, 4, 30, 4, 12}, {1, 3}, {40, 41}}, {{4, 50, 51, 52, 4}, {0, 4}, {6, 68}}, {{4, 4, 60}, {0, 1}, {11, 12}}};
  double one_by_one = 0;
  for (const auto& example : examples) {
    one_by_one += test::loss_of(model, corpus::pack({&example, 1}, 0).at(0)).item<double>();
  }
  CHECK(test::loss_of(model, corpus::pack(examples, 0).at(0)).item<double>() == Approx(one_by_one).epsilon(1e-12));
}

TEST_CASE("selected tokens have the states that the whole batch gives them", "[nn]") {
  Encoder encoder(test::tiny_shape());
  initialise(*encoder, config::PositionInit::sinusoidal, 1);
  encoder->to(at::kDouble);
  const auto batch = test::tiny_batch();
  const auto ragged = to_ragged(batch, at::kCPU);
  const auto selection = select_masked(batch, at::kCPU);
  Pass pass;
  const auto all = encoder->forward(ragged, nullptr, pass);
  const auto some = encoder->forward(ragged, &selection, pass);
  CHECK((all.index_select(0, selection.rows) - some).abs().max().item<double>() < 1e-12);
}

TEST_CASE("parameters have the published numbers and transformers' names", "[nn]") {
  formats::BertShape logo;
  CHECK(parameter_count(*MaskedLm(logo)) == 4'933'125);
  CHECK(parameter_count(*Classifier(logo, 2, config::Pooling::cls)) == 4'929'026);
  formats::BertShape dnabert = logo;
  dnabert.hidden_size = 768;
  dnabert.num_hidden_layers = 12;
  dnabert.num_attention_heads = 12;
  CHECK(parameter_count(*MaskedLm(dnabert)) == 89'196'549);
  CHECK(parameter_count(*Classifier(dnabert, 2, config::Pooling::cls)) == 89'192'450);
  const auto names = MaskedLm(logo)->named_parameters();
  CHECK(names.contains("bert.encoder.layer.1.attention.self.query.weight"));
  CHECK(names.contains("bert.encoder.layer.0.attention.output.LayerNorm.bias"));
  CHECK(names.contains("cls.predictions.transform.dense.weight"));
  CHECK(names.contains("cls.predictions.bias"));
}

TEST_CASE("bf16 compute stays near fp32", "[nn]") {
  auto model = test::tiny_model(at::kFloat);
  const auto batch = test::tiny_batch();
  Pass bf16{at::kBFloat16, {}};
  const auto logits = model->forward(to_ragged(batch, at::kCPU), select_masked(batch, at::kCPU), bf16);
  CHECK(logits.scalar_type() == at::kBFloat16);
  const double low = ops::cross_entropy_sum(logits, labels_of(batch, at::kCPU)).item<double>();
  CHECK(low == Approx(test::loss_of(model, batch).item<double>()).epsilon(0.02));
}
