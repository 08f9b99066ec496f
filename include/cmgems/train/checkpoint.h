// A checkpoint: a model folder that transformers loads, and all that a run needs to go on as if it had never stopped.
// Format: docs/checkpoint.md.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cmgems/formats/manifest.h"
#include "cmgems/formats/model_folder.h"
#include "cmgems/train/adamw.h"
#include "cmgems/train/observer.h"
#include "cmgems/train/run_state.h"

namespace cmgems::train {

struct CheckpointContent {
  std::int64_t step = 0;
  formats::ModelDescription description;
  NamedTensors weights, optimizer;  // copies, on any device
  std::string state;                // state.json
  std::vector<SavedFile> files;     // of the observers
};

/// Parameters of a module by name, in its own memory.
NamedTensors named_parameters(const torch::nn::Module& module);
/// Copies into `copies`, whose memory is made at the first call and used again.
void copy_tensors(const NamedTensors& tensors, NamedTensors& copies);

/// Writes RUN/checkpoint-<step>, whole or not at all. -> its bytes.
/// Throws: IoError, before anything is written when the disk has too little room.
std::uint64_t write_checkpoint(const std::filesystem::path& run, const CheckpointContent& content,
                               const formats::Fingerprint& fingerprint);

/// Fills model and optimizer. REQUIRES: a checkpoint whose hashes were checked.
/// Throws: DataError when it does not fit the model; InputNotFound.
RunState load_checkpoint(const std::filesystem::path& folder, torch::nn::Module& model, AdamW& optimizer);

/// The same for `tensors`, as CheckpointContent::optimizer had them. -> state.json
std::string load_checkpoint(const std::filesystem::path& folder, torch::nn::Module& model, const NamedTensors& tensors);

}  // namespace cmgems::train
