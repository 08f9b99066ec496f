// Weights of a module to and from a model folder (model.safetensors, transformers' names).
#pragma once

#include <torch/nn/module.h>

#include <filesystem>
#include <string>
#include <vector>

#include "cmgems/formats/model_folder.h"

namespace cmgems::nn {

/// Writes a whole model folder atomically: weights in fp32 and the description. Throws: IoError.
void save_model(const torch::nn::Module& module, const formats::ModelDescription& description,
                const std::filesystem::path& folder);

/// Copies the weights of a model folder into the module, by name (formats/model_weights.h has the rules); fp16, bf16
/// and fp64 become fp32. Names that start with one of `fresh` keep what the module has (a new head), also when the file
/// has them, and are returned; what only another head uses is left out.
/// Throws: InputNotFound; DataError that lists missing, unexpected and wrongly shaped tensors.
std::vector<std::string> load_weights(torch::nn::Module& module, const std::filesystem::path& folder,
                                      const std::vector<std::string>& fresh = {});

/// Number of trainable numbers.
std::int64_t parameter_count(const torch::nn::Module& module);

}  // namespace cmgems::nn
