// Which tensor of a file is which of a model: the names that transformers writes, their older spellings, and ties.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "cmgems/formats/model_folder.h"
#include "cmgems/formats/tensor.h"

namespace cmgems::formats {

/// Tensors of one file or of several shards, with what keeps their bytes alive.
struct WeightFiles {
  std::filesystem::path path;  // for messages
  std::vector<TensorView> tensors;
  std::vector<std::shared_ptr<const void>> files;
};

/// model.safetensors of a folder, or the shards that model.safetensors.index.json names.
/// Throws: InputNotFound (also when the folder has a pytorch_model.bin, which `cmgems import` reads), DataError.
WeightFiles open_safetensors(const std::filesystem::path& folder);
/// Any file of weights: such a folder, also one with pytorch_model.bin; a .safetensors file; a file by torch.save.
/// Throws: InputNotFound, DataError, IoError.
WeightFiles open_weights(const std::filesystem::path& path);

/// A tensor that a model has.
struct ModelTensor {
  std::string name;
  std::vector<std::int64_t> shape;
};

/// All of a masked language model (classes = 0) or a classifier: transformers' names, tied tensors once.
std::vector<ModelTensor> model_tensors(const BertShape& shape, int classes);

/// The name under which cmgems writes a tensor: without "module.", LayerNorm.gamma and beta as weight and bias, the
/// decoder's two tensors as those they are tied to.
std::string canonical_name(std::string_view name);

struct PlacedTensor {
  enum class Use { taken, copy, dropped, unexpected, wrong };
  TensorView tensor;
  std::string target;  // canonical name
  Use use = Use::taken;
  std::string reason;  // of all but taken
};

/// Where each tensor of a file goes.
struct Placement {
  std::vector<PlacedTensor> placed;  // in the order of the file
  std::vector<TensorView> chosen;    // for each wanted tensor, in order; one without a name is missing
  std::vector<std::string> missing;
};

/// Heads of which nothing is wanted are dropped, as is position_ids. Throws: DataError when two tensors of `weights`
/// are one of the model (a tie, an older spelling) and differ.
Placement place_tensors(const WeightFiles& weights, std::span<const ModelTensor> wanted);

/// Throws: DataError that lists missing, unexpected and wrongly shaped tensors; nothing when there are none.
void require_complete(const Placement& placement, const std::filesystem::path& path);

/// Writes a whole model folder atomically: weights and description. Throws: IoError, InternalError.
void write_model_folder(const std::filesystem::path& folder, const ModelDescription& description,
                        std::span<const TensorView> tensors);

}  // namespace cmgems::formats
