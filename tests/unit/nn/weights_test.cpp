#include "cmgems/nn/weights.h"

#include <map>

#include "cmgems/base/error.h"
#include "cmgems/formats/model_weights.h"
#include "support/catch_torch.h"
#include "support/tiny_bert.h"

using namespace cmgems;
using namespace cmgems::nn;

TEST_CASE("a saved model comes back with the same weights", "[nn]") {
  test::TemporaryFolder folder;
  auto model = test::tiny_model(at::kFloat);
  save_model(*model, {test::tiny_shape(), 3, 0, ""}, folder.path() / "model");
  MaskedLm loaded(formats::read_model_description(folder.path() / "model").shape);
  CHECK(load_weights(*loaded, folder.path() / "model").empty());
  const auto batch = test::tiny_batch();
  CHECK(at::equal(test::loss_of(model, batch), test::loss_of(loaded, batch)));
}

TEST_CASE("a classifier takes the encoder of a language model and names its fresh head", "[nn]") {
  test::TemporaryFolder folder;
  auto model = test::tiny_model(at::kFloat);
  save_model(*model, {test::tiny_shape(), 3, 0, ""}, folder.path() / "model");
  Classifier classifier(test::tiny_shape(), 2, config::Pooling::cls);
  const auto fresh = load_weights(*classifier, folder.path() / "model", {"bert.pooler.", "classifier."});
  CHECK(fresh == std::vector<std::string>{"bert.pooler.dense.weight", "bert.pooler.dense.bias", "classifier.weight",
                                          "classifier.bias"});
  save_model(*classifier, {test::tiny_shape(), 3, 2, "cls"}, folder.path() / "classifier");
  Classifier again(test::tiny_shape(), 2, config::Pooling::cls);
  torch::NoGradGuard no_grad;
  again->classifier->weight.fill_(7);
  load_weights(*again, folder.path() / "classifier", {"bert.pooler.", "classifier."});
  CHECK(again->classifier->weight.min().item<double>() == 7);  // a new head stays new, whatever the file has

  CHECK_THROWS_WITH(load_weights(*classifier, folder.path() / "model"),
                    Catch::Contains("missing bert.pooler.dense.weight"));
}

TEST_CASE("the modules have the tensors that a model folder lists", "[nn]") {
  const auto check = [](const torch::nn::Module& module, int classes) {
    std::map<std::string, std::vector<std::int64_t>> own, listed;
    for (const auto& item : module.named_parameters()) own[item.key()] = item.value().sizes().vec();
    for (const auto& tensor : formats::model_tensors(test::tiny_shape(), classes)) listed[tensor.name] = tensor.shape;
    CHECK(own == listed);
  };
  check(*MaskedLm(test::tiny_shape()), 0);
  check(*Classifier(test::tiny_shape(), 3, config::Pooling::cls), 3);
}

TEST_CASE("weights in bf16 are loaded as fp32", "[nn]") {
  test::TemporaryFolder folder;
  auto model = test::tiny_model(at::kFloat);
  std::vector<at::Tensor> owned;
  std::vector<formats::TensorView> views;
  for (const auto& item : model->named_parameters()) {
    owned.push_back(item.value().detach().to(at::kBFloat16).contiguous());
    views.push_back({item.key(),
                     formats::DType::bf16,
                     item.value().sizes().vec(),
                     {static_cast<const std::byte*>(owned.back().const_data_ptr()), owned.back().nbytes()}});
  }
  formats::write_model_folder(folder.path() / "model", {test::tiny_shape(), 3, 0, ""}, views);
  MaskedLm loaded(test::tiny_shape());
  load_weights(*loaded, folder.path() / "model");
  const auto parameters = loaded->parameters();
  for (std::size_t i = 0; i < owned.size(); ++i) CHECK(at::equal(parameters[i], owned[i].to(at::kFloat)));
}

TEST_CASE("weights of another shape are refused by name", "[nn]") {
  test::TemporaryFolder folder;
  auto model = test::tiny_model(at::kFloat);
  save_model(*model, {test::tiny_shape(), 3, 0, ""}, folder.path() / "model");
  auto other = test::tiny_shape();
  other.intermediate_size = 16;
  MaskedLm wider(other);
  CHECK_THROWS_WITH(load_weights(*wider, folder.path() / "model"),
                    Catch::Contains("wrong shape or type bert.encoder.layer.0.intermediate.dense.weight"));
}
