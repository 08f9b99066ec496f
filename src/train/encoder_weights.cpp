#include "cmgems/train/encoder_weights.h"

#include <torch/csrc/autograd/grad_mode.h>

#include "cmgems/base/error.h"
#include "cmgems/nn/weights.h"

namespace cmgems::train {
namespace {

const std::vector<std::string> kFresh{"bert.pooler.", "classifier."};

bool is_fresh(const std::string& name) {
  for (const auto& prefix : kFresh) {
    if (name.starts_with(prefix)) return true;
  }
  return false;
}

}  // namespace

EncoderWeights read_encoder(const formats::ModelDescription& description, const std::filesystem::path& folder) {
  if (folder.empty()) return nullptr;
  nn::Classifier model(description.shape, description.classes, config::Pooling::cls);
  nn::load_weights(*model, folder, kFresh);
  auto weights = std::make_shared<NamedTensors>();
  for (const auto& item : model->named_parameters()) {
    if (!is_fresh(item.key())) weights->emplace_back(item.key(), item.value().detach());
  }
  return weights;
}

void copy_encoder(const EncoderWeights& weights, nn::Classifier& model) {
  if (!weights) return;
  const torch::NoGradGuard no_grad;
  auto parameters = model->named_parameters();
  for (const auto& [name, values] : *weights) {
    auto* const parameter = parameters.find(name);
    if (parameter == nullptr || parameter->sizes() != values.sizes()) throw InternalError("another encoder: " + name);
    parameter->copy_(values);
  }
}

}  // namespace cmgems::train
