// The weights of a pretrained encoder in memory: read once, copied into the classifier of every run.
#pragma once

#include <filesystem>
#include <memory>

#include "cmgems/formats/model_folder.h"
#include "cmgems/nn/heads.h"
#include "cmgems/train/adamw.h"

namespace cmgems::train {

/// By name, on the CPU in fp32, without pooler and heads; none: random weights.
using EncoderWeights = std::shared_ptr<const NamedTensors>;

/// Reads the encoder of a model folder; of an empty `folder`: none.
/// Throws: InputNotFound; DataError (damaged, or of other sizes than `description` says).
EncoderWeights read_encoder(const formats::ModelDescription& description, const std::filesystem::path& folder);

/// Gives the encoder of `model`, whose sizes are the same, these weights. Pooler and classifier stay as they are.
void copy_encoder(const EncoderWeights& weights, nn::Classifier& model);

}  // namespace cmgems::train
