#include "cmgems/nn/weights.h"

#include <ATen/ops/empty.h>
#include <torch/csrc/autograd/grad_mode.h>

#include <algorithm>
#include <cstring>
#include <set>

#include "cmgems/base/atomic_file.h"
#include "cmgems/base/error.h"
#include "cmgems/formats/safetensors.h"

namespace cmgems::nn {
namespace {

bool starts_with_any(const std::string& name, const std::vector<std::string>& prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](const auto& prefix) { return name.compare(0, prefix.size(), prefix) == 0; });
}

/// Heads of other models, copies of tied weights and buffers: part of many files, never needed.
const std::vector<std::string>& ignorable() {
  static const std::vector<std::string> prefixes{"cls.", "classifier.", "bert.pooler.", "bert.embeddings.position_ids"};
  return prefixes;
}

std::string join(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
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
  write_folder_atomic(folder, [&](const std::filesystem::path& temporary) {
    formats::write_safetensors(temporary / "model.safetensors", views);
    formats::write_model_description(temporary, description);
  });
}

std::vector<std::string> load_weights(torch::nn::Module& module, const std::filesystem::path& folder,
                                      const std::vector<std::string>& fresh) {
  const torch::NoGradGuard no_grad;
  const formats::SafetensorsFile file(folder / "model.safetensors");
  std::vector<std::string> kept, missing, wrong;
  std::set<std::string> used;
  for (auto& item : module.named_parameters()) {
    const auto* view = file.find(item.key());
    if (starts_with_any(item.key(), fresh)) {
      kept.push_back(item.key());
    } else if (view == nullptr) {
      missing.push_back(item.key());
    } else if (view->dtype != formats::DType::f32 || at::IntArrayRef(view->shape) != item.value().sizes()) {
      wrong.push_back(item.key());
    } else {
      auto staged = at::empty(item.value().sizes(), at::kFloat);
      std::memcpy(staged.mutable_data_ptr(), view->bytes.data(), view->bytes.size());
      item.value().copy_(staged);
      used.insert(item.key());
    }
  }
  std::vector<std::string> unexpected;
  for (const auto& view : file.tensors()) {
    if (!used.contains(view.name) && !starts_with_any(view.name, ignorable())) unexpected.push_back(view.name);
  }
  if (!missing.empty() || !wrong.empty() || !unexpected.empty()) {
    std::string message = (folder / "model.safetensors").string() + " does not fit its config.json:";
    if (!missing.empty()) message += " missing " + join(missing) + ";";
    if (!wrong.empty()) message += " wrong shape or type " + join(wrong) + ";";
    if (!unexpected.empty()) message += " unexpected " + join(unexpected) + ";";
    throw DataError(message + " give a model folder written by cmgems or by transformers in fp32");
  }
  return kept;
}

}  // namespace cmgems::nn
