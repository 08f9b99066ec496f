#include "cmgems/nn/weights.h"

#include <ATen/ops/empty.h>
#include <torch/csrc/autograd/grad_mode.h>

#include <algorithm>

#include "cmgems/formats/model_weights.h"

namespace cmgems::nn {
namespace {

bool starts_with_any(const std::string& name, const std::vector<std::string>& prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](const auto& prefix) { return name.compare(0, prefix.size(), prefix) == 0; });
}

}  // namespace

std::int64_t parameter_count(const torch::nn::Module& module) {
  std::int64_t count = 0;
  for (const auto& parameter : module.parameters()) count += parameter.numel();
  return count;
}

void save_model(const torch::nn::Module& module, const formats::ModelDescription& description,
                const std::filesystem::path& folder) {
  std::vector<at::Tensor> owned;  // keeps the bytes alive until they are written
  std::vector<formats::TensorView> views;
  for (const auto& item : module.named_parameters()) {
    owned.push_back(item.value().detach().to(at::kCPU, at::kFloat).contiguous());
    const auto& tensor = owned.back();
    views.push_back(
        {item.key(),
         formats::DType::f32,
         tensor.sizes().vec(),
         {static_cast<const std::byte*>(tensor.const_data_ptr()), static_cast<std::size_t>(tensor.nbytes())}});
  }
  formats::write_model_folder(folder, description, views);
}

std::vector<std::string> load_weights(torch::nn::Module& module, const std::filesystem::path& folder,
                                      const std::vector<std::string>& fresh) {
  const torch::NoGradGuard no_grad;
  std::vector<std::string> kept;
  std::vector<formats::ModelTensor> wanted;
  std::vector<at::Tensor> parameters;
  for (auto& item : module.named_parameters()) {
    if (starts_with_any(item.key(), fresh)) {
      kept.push_back(item.key());
    } else {
      wanted.push_back({item.key(), item.value().sizes().vec()});
      parameters.push_back(item.value());
    }
  }
  const auto weights = formats::open_safetensors(folder);
  const auto placement = formats::place_tensors(weights, wanted);
  formats::require_complete(placement, weights.path);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    auto staged = at::empty(parameters[i].sizes(), at::kFloat);
    formats::copy_as_float(placement.chosen[i],
                           {staged.mutable_data_ptr<float>(), static_cast<std::size_t>(staged.numel())});
    parameters[i].copy_(staged);
  }
  return kept;
}

}  // namespace cmgems::nn
