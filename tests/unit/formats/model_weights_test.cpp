#include "cmgems/formats/model_weights.h"

#include <algorithm>

#include "cmgems/base/error.h"
#include "cmgems/formats/safetensors.h"
#include "support/catch.h"
#include "support/small_model.h"
#include "support/thrown.h"

using namespace cmgems;
using formats::ModelTensor;
using formats::TensorView;
using Use = formats::PlacedTensor::Use;

namespace {

const std::string kOnes(16, '\1'), kTwos(16, '\2');

TensorView view(const std::string& name, const std::string& content = kOnes) {
  return {
      name, formats::DType::f32, {static_cast<std::int64_t>(content.size() / 4)}, std::as_bytes(std::span(content))};
}

formats::WeightFiles files(std::vector<TensorView> tensors) { return {"x.bin", std::move(tensors), {}}; }

/// What require_complete says of these tensors where one named `wanted` with four numbers is needed.
std::string problems(const std::vector<std::string>& names, const std::string& wanted) {
  std::vector<TensorView> tensors;
  for (const auto& name : names) tensors.push_back(view(name));
  const std::vector<ModelTensor> model{{wanted, {4}}};
  const auto placement = formats::place_tensors(files(tensors), model);
  return test::message_of<DataError>([&] { formats::require_complete(placement, "x.bin"); });
}

}  // namespace

TEST_CASE("the tensors of a model have transformers' names and shapes") {
  formats::BertShape shape;
  shape.vocab_size = 69;
  shape.hidden_size = 4;
  shape.num_hidden_layers = 1;
  shape.intermediate_size = 6;
  shape.max_position_embeddings = 16;
  const auto same = [](const std::vector<ModelTensor>& tensors, test::SmallTensors expected) {
    test::SmallTensors found;
    for (const auto& tensor : tensors) found.emplace_back(tensor.name, tensor.shape);
    std::sort(found.begin(), found.end());
    std::sort(expected.begin(), expected.end());
    CHECK(found == expected);
  };
  same(formats::model_tensors(shape, 0), test::small_masked_model());
  same(formats::model_tensors(shape, 3), test::small_classifier());
}

TEST_CASE("older spellings become the names of today") {
  CHECK(formats::canonical_name("bert.embeddings.LayerNorm.gamma") == "bert.embeddings.LayerNorm.weight");
  CHECK(formats::canonical_name("bert.embeddings.LayerNorm.beta") == "bert.embeddings.LayerNorm.bias");
  CHECK(formats::canonical_name("module.module.cls.predictions.bias") == "cls.predictions.bias");
  CHECK(formats::canonical_name("module.cls.predictions.decoder.weight") == "bert.embeddings.word_embeddings.weight");
  CHECK(formats::canonical_name("cls.predictions.decoder.bias") == "cls.predictions.bias");
  CHECK(formats::canonical_name("gamma") == "gamma");
}

TEST_CASE("a tied tensor is taken once, from either place, and must be one") {
  const std::vector<ModelTensor> model{{"cls.predictions.bias", {4}}};
  for (const auto* only : {"cls.predictions.bias", "cls.predictions.decoder.bias"}) {
    const auto placement = formats::place_tensors(files({view(only)}), model);
    CHECK(placement.missing.empty());
    CHECK(placement.chosen[0].name == only);
  }
  const auto both =
      formats::place_tensors(files({view("cls.predictions.bias"), view("cls.predictions.decoder.bias")}), model);
  CHECK(both.placed[0].use == Use::taken);
  CHECK(both.placed[1].use == Use::copy);
  CHECK(both.placed[1].reason == "equal to cls.predictions.bias");
  CHECK_THAT(test::message_of<DataError>([&] {
               formats::place_tensors(
                   files({view("cls.predictions.bias"), view("cls.predictions.decoder.bias", kTwos)}), model);
             }),
             Catch::Contains("x.bin: 'cls.predictions.decoder.bias' differs from 'cls.predictions.bias'"));
}

TEST_CASE("heads and tables that are not needed are left out, and nothing else") {
  CHECK(problems({"cls.predictions.bias", "bert.pooler.dense.bias", "classifier.bias", "cls.seq_relationship.bias",
                  "bert.embeddings.position_ids"},
                 "cls.predictions.bias") == "");
  CHECK(problems({"classifier.bias", "cls.predictions.bias"}, "classifier.bias") == "");
  CHECK_THAT(problems({"cls.predictions.bias", "cls.predictions.other"}, "cls.predictions.bias"),
             Catch::Contains("unexpected cls.predictions.other"));
  CHECK_THAT(problems({"classifier.bias", "classifier.dense.bias"}, "classifier.bias"),
             Catch::Contains("unexpected classifier.dense.bias"));
  CHECK_THAT(
      problems({"a", "lstm.weight"}, "cls.predictions.bias"),
      Catch::Contains("x.bin does not fit its config.json: missing cls.predictions.bias; unexpected a, lstm.weight"));
}

TEST_CASE("a tensor that does not fit says why") {
  const std::vector<ModelTensor> model{{"a", {5}}, {"b", {2}}};
  const TensorView whole{"b", formats::DType::i64, {2}, std::as_bytes(std::span(kOnes))};
  const auto placement = formats::place_tensors(files({view("a"), whole}), model);
  CHECK_THAT(test::message_of<DataError>([&] { formats::require_complete(placement, "x.bin"); }),
             Catch::Contains("wrong shape or type a ([4], expected [5]), b (I64, expected floating-point numbers)"));
}

TEST_CASE("a long list of names is cut") {
  std::vector<ModelTensor> model;
  for (int i = 0; i < 25; ++i) model.push_back({"t" + std::to_string(i), {4}});
  const auto placement = formats::place_tensors(files({}), model);
  CHECK_THAT(test::message_of<DataError>([&] { formats::require_complete(placement, "x.bin"); }),
             Catch::Contains("t18, t19 and 5 more;"));
}

TEST_CASE("weights in shards are read as one") {
  const test::TemporaryFolder folder;
  const std::vector<TensorView> one{view("a")}, two{view("b", kTwos)};
  formats::write_safetensors(folder.path() / "model-1.safetensors", one);
  formats::write_safetensors(folder.path() / "model-2.safetensors", two);
  const auto index = [&](const std::string& map) {
    folder.write("model.safetensors.index.json", R"({"metadata": {"total_size": 32}, "weight_map": )" + map + "}");
    return test::message_of<DataError>([&] { formats::open_safetensors(folder.path()); });
  };
  CHECK(index(R"({"a": "model-1.safetensors", "b": "model-2.safetensors"})") == "");
  const auto weights = formats::open_safetensors(folder.path());
  REQUIRE(weights.tensors.size() == 2);
  CHECK(weights.tensors[1].name == "b");
  CHECK(formats::same_content(weights.tensors[1], two[0]));
  CHECK_THAT(index(R"({"a": "../model-1.safetensors"})"), Catch::Contains("expected a file of the same folder"));
  CHECK_THAT(index(R"({"a": 1})"), Catch::Contains("expected a file of the same folder"));
  CHECK_THAT(index("{}"), Catch::Contains("no object weight_map"));
  formats::write_safetensors(folder.path() / "model-2.safetensors", one);
  CHECK_THAT(index(R"({"a": "model-1.safetensors", "b": "model-2.safetensors"})"),
             Catch::Contains("'a' is in another shard"));
  CHECK_THROWS_AS(index(R"({"a": "gone.safetensors"})"), InputNotFound);
}

TEST_CASE("a folder without safetensors says what to do") {
  const test::TemporaryFolder folder;
  const auto open = [&] { formats::open_safetensors(folder.path()); };
  CHECK_THAT(test::message_of<InputNotFound>(open), Catch::Contains("a model folder holds config.json"));
  CHECK_THROWS_AS(formats::open_weights(folder.path()), InputNotFound);
  CHECK_THROWS_AS(formats::open_weights(folder.path() / "none"), InputNotFound);
  folder.write("pytorch_model.bin.index.json", "{}");
  CHECK_THAT(test::message_of<DataError>([&] { formats::open_weights(folder.path()); }),
             Catch::Contains("pickles in several files are not read"));
  folder.write("pytorch_model.bin", test::small_torch_file({{"a", {4}}}));
  CHECK_THAT(test::message_of<InputNotFound>(open), Catch::Contains("cmgems import"));
  CHECK(formats::open_weights(folder.path()).tensors.size() == 1);
  CHECK(formats::open_weights(folder.path() / "pytorch_model.bin").tensors.size() == 1);
}
