#include "cmgems/nn/init.h"

#include "cmgems/nn/heads.h"
#include "support/catch_torch.h"

using namespace cmgems;
using namespace cmgems::nn;

TEST_CASE("weights start as BERT's: N(0, 0.02), zero biases, LayerNorm at one", "[nn]") {
  MaskedLm model(formats::BertShape{});
  initialise(*model, config::PositionInit::normal, 1);
  const auto words = model->bert->embeddings->word_embeddings->weight;
  CHECK(words.mean().item<double>() == Approx(0).margin(1e-4));
  CHECK(words.std().item<double>() == Approx(0.02).epsilon(0.01));
  CHECK((words.abs() > 0.04).to(at::kDouble).mean().item<double>() ==
        Approx(0.0455).margin(0.002));  // beyond 2 deviations
  CHECK(model->bias.abs().max().item<double>() == 0);
  CHECK(at::equal(model->layer_norm->weight, torch::ones({256})));
}

TEST_CASE("weights are a function of seed and name", "[nn]") {
  MaskedLm a(formats::BertShape{}), b(formats::BertShape{}), c(formats::BertShape{});
  initialise(*a, config::PositionInit::normal, 1);
  initialise(*b, config::PositionInit::normal, 1);
  initialise(*c, config::PositionInit::normal, 2);
  CHECK(at::equal(a->transform->weight, b->transform->weight));
  CHECK_FALSE(at::equal(a->transform->weight, c->transform->weight));
  CHECK_FALSE(at::equal(a->transform->weight, a->bert->layers->at<EncoderLayerImpl>(0).attention->query->weight));
}

TEST_CASE("sinusoidal positions are 0.1 x the table of Vaswani et al.", "[nn]") {
  Encoder encoder(formats::BertShape{});
  initialise(*encoder, config::PositionInit::sinusoidal, 1);
  const auto table = encoder->embeddings->position_embeddings->weight;
  CHECK(table[0][0].item<double>() == Approx(0).margin(1e-9));
  CHECK(table[0][1].item<double>() == Approx(0.1));
  CHECK(table[1][0].item<double>() == Approx(0.0841470985));      // 0.1 sin(1)
  CHECK(table[1][1].item<double>() == Approx(0.0540302306));      // 0.1 cos(1)
  CHECK(table[100][128].item<double>() == Approx(0.0841470985));  // 100 / 10000^(1/2) = 1
}
