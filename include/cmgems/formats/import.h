// Weights of other programs -> a model folder: DNABERT's pytorch_model.bin, or a folder that transformers wrote.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cmgems/formats/model_folder.h"
#include "cmgems/formats/model_weights.h"

namespace cmgems::formats {

struct ImportSource {
  std::filesystem::path weights;                    // a file, or a folder
  std::optional<std::filesystem::path> config;      // default: config.json in the folder of the weights
  std::optional<std::filesystem::path> vocabulary;  // default: vocab.txt there, else tokenizer.json
};

/// What an import would write; the weights stay mapped.
struct ImportPlan {
  WeightFiles weights;
  ModelDescription description;
  std::vector<ModelTensor> wanted;
  Placement placement;
  std::vector<std::string> notes;  // sentences: what was left out or taken for something else
};

/// Reads and checks the source, but for missing and unexpected tensors, which `placement` holds. A configuration that
/// names a masked language model, or nothing, beside weights of a classifier alone gives a classifier: DNABERT's do.
/// Throws: InputNotFound, DataError, IoError.
ImportPlan plan_import(const ImportSource& source);

/// Writes the model folder, in fp32. Throws: DataError as require_complete; IoError.
void write_import(const ImportPlan& plan, const std::filesystem::path& folder);

}  // namespace cmgems::formats
