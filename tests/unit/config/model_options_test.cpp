#include "cmgems/config/model_options.h"

#include "cmgems/base/error.h"
#include "support/catch.h"
#include "support/thrown.h"

using namespace cmgems;

TEST_CASE("presets have the published sizes", "[config]") {
  config::ModelOptions options;
  const auto dnabert = config::shape_of(options, 4101);
  CHECK(dnabert.vocab_size == 4101);
  CHECK(dnabert.num_hidden_layers == 12);
  CHECK(dnabert.hidden_size == 768);
  CHECK(dnabert.num_attention_heads == 12);
  CHECK(dnabert.intermediate_size == 3072);
  CHECK(dnabert.hidden_dropout_prob == 0.1);
  CHECK(dnabert.attention_probs_dropout_prob == 0.1);

  options.preset = config::Preset::logo;
  const auto logo = config::shape_of(options, 261);
  CHECK(logo.vocab_size == 261);
  CHECK(logo.num_hidden_layers == 2);
  CHECK(logo.hidden_size == 256);
  CHECK(logo.num_attention_heads == 8);
  CHECK(logo.intermediate_size == 3072);
  CHECK(logo.hidden_dropout_prob == 0);
}

TEST_CASE("sizes given beside the preset win", "[config]") {
  config::ModelOptions options;
  options.preset = config::Preset::logo;
  options.hidden_size = 128;
  options.num_attention_heads = 4;
  options.hidden_dropout_prob = 0.25;
  const auto shape = config::shape_of(options, 4101);
  CHECK(shape.hidden_size == 128);
  CHECK(shape.num_attention_heads == 4);
  CHECK(shape.num_hidden_layers == 2);
  CHECK(shape.hidden_dropout_prob == 0.25);
  config::resolve(options);
  CHECK(options.num_hidden_layers == 2);
  CHECK(options.hidden_size == 128);
  CHECK(options.hidden_dropout_prob == 0.25);
}

TEST_CASE("heads must divide the hidden size", "[config]") {
  config::ModelOptions options;
  options.hidden_size = 100;
  CHECK(test::message_of<UsageError>([&] { config::shape_of(options, 4101); }) ==
        "model.hidden_size (100) must be a multiple of model.num_attention_heads (12)");
}
