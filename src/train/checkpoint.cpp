#include "cmgems/train/checkpoint.h"

#include <ATen/ops/empty.h>
#include <torch/csrc/autograd/grad_mode.h>

#include <algorithm>
#include <cstring>

#include "cmgems/base/atomic_file.h"
#include "cmgems/base/error.h"
#include "cmgems/base/log.h"
#include "cmgems/formats/checkpoint_folder.h"
#include "cmgems/formats/safetensors.h"
#include "cmgems/nn/weights.h"
#include "cmgems/train/checkpoint_options.h"

namespace cmgems::train {
namespace {

namespace fs = std::filesystem;

constexpr const char* kTrainingState = "training_state.safetensors";
constexpr const char* kState = "state.json";
constexpr std::uint64_t kSmallFiles = std::uint64_t{1}
                                      << 20;  // descriptions, headers, logs; a 6-mer vocabulary has 28 kB
constexpr std::uint64_t kBytesOfParameter = 3 * sizeof(float);  // weight and two moments

void write_tensors(const fs::path& path, const NamedTensors& tensors) {
  std::vector<at::Tensor> owned;  // keeps the bytes alive until they are written
  std::vector<formats::TensorView> views;
  for (const auto& [name, tensor] : tensors) {
    owned.push_back(tensor.detach().to(at::kCPU, at::kFloat).contiguous());
    const auto& bytes = owned.back();
    views.push_back(
        {name,
         formats::DType::f32,
         bytes.sizes().vec(),
         {static_cast<const std::byte*>(bytes.const_data_ptr()), static_cast<std::size_t>(bytes.nbytes())}});
  }
  formats::write_safetensors(path, views);
}

void load_tensors(const fs::path& path, const NamedTensors& tensors) {
  const torch::NoGradGuard no_grad;
  const formats::SafetensorsFile file(path);
  for (const auto& [name, tensor] : tensors) {
    const auto* view = file.find(name);
    if (view == nullptr || view->dtype != formats::DType::f32 || at::IntArrayRef(view->shape) != tensor.sizes()) {
      throw DataError(path.string() + ": no tensor " + name +
                      " of this model's shape; continue with the configuration of the run");
    }
    auto staged = at::empty(tensor.sizes(), at::kFloat);
    std::memcpy(staged.mutable_data_ptr(), view->bytes.data(), view->bytes.size());
    at::Tensor(tensor).copy_(staged);
  }
}

std::uint64_t bytes_of(const CheckpointContent& content) {
  std::uint64_t bytes = kSmallFiles + content.state.size();
  for (const auto* tensors : {&content.weights, &content.optimizer}) {
    for (const auto& [name, tensor] : *tensors) bytes += static_cast<std::uint64_t>(tensor.numel()) * sizeof(float);
  }
  for (const auto& file : content.files) bytes += file.content.size();
  return bytes;
}

void require_room(const fs::path& target, std::uint64_t bytes) {
  const auto free = file_system().free_bytes(target.parent_path());
  if (free >= bytes) return;
  throw IoError("cannot write " + target.string() + ": it takes " + format_count(bytes >> 20) + " MB, and " +
                format_count(free >> 20) + " MB are free; make room, or keep fewer checkpoints with --keep");
}

}  // namespace

NamedTensors named_parameters(const torch::nn::Module& module) {
  NamedTensors tensors;
  for (const auto& item : module.named_parameters()) tensors.emplace_back(item.key(), item.value().detach());
  return tensors;
}

void copy_tensors(const NamedTensors& tensors, NamedTensors& copies) {
  const torch::NoGradGuard no_grad;
  if (copies.empty()) {
    for (const auto& [name, tensor] : tensors) copies.emplace_back(name, tensor.detach().clone());
    return;
  }
  for (std::size_t i = 0; i < tensors.size(); ++i) copies[i].second.copy_(tensors[i].second);
}

std::uint64_t estimated_checkpoint_bytes(std::int64_t parameters) {
  return static_cast<std::uint64_t>(parameters) * kBytesOfParameter + kSmallFiles;
}

std::uint64_t write_checkpoint(const fs::path& run, const CheckpointContent& content,
                               const formats::Fingerprint& fingerprint) {
  const fs::path target = formats::checkpoint_path(run, content.step);
  require_room(target, bytes_of(content));
  write_folder_atomic(target, [&](const fs::path& folder) {
    write_tensors(folder / "model.safetensors", content.weights);
    formats::write_model_description(folder, content.description);
    write_tensors(folder / kTrainingState, content.optimizer);
    write_file_atomic(folder / kState, content.state);
    for (const auto& file : content.files) write_file_atomic(folder / file.name, file.content);
    formats::write_manifest(folder, content.step, fingerprint);
  });
  return formats::read_manifest(target).bytes();
}

std::string load_checkpoint(const fs::path& folder, torch::nn::Module& model, const NamedTensors& tensors) {
  nn::load_weights(model, folder);
  load_tensors(folder / kTrainingState, tensors);
  return read_file(folder / kState);
}

RunState load_checkpoint(const fs::path& folder, torch::nn::Module& model, AdamW& optimizer) {
  return run_state_from_json(load_checkpoint(folder, model, optimizer.state()));
}

}  // namespace cmgems::train
