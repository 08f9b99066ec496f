#include "run_estimate.h"

#include <algorithm>

#include "cmgems/base/error.h"
#include "cmgems/base/file_system.h"
#include "cmgems/base/log.h"
#include "cmgems/base/memory.h"
#include "cmgems/formats/checkpoint_folder.h"
#include "cmgems/kmer/vocabulary.h"
#include "cmgems/train/checkpoint_options.h"

namespace cmgems::apps {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kCopiesInMemory = 7;  // weights, gradients, two moments; weights and moments as they are saved
constexpr std::uint64_t kHiddenOfLayer = 10, kIntermediateOfLayer = 2;  // rows that a token leaves for the way back
constexpr double kMaskedShare = 0.15;                                   // tokens that have logits

std::string megabytes(std::uint64_t bytes) { return format_count((bytes + (1 << 20) - 1) >> 20) + " MB"; }

/// The folder itself, or the nearest one above it that is there.
fs::path existing(fs::path folder) {
  folder = fs::absolute(folder);
  while (!fs::exists(folder) && folder.has_relative_path()) folder = folder.parent_path();
  return folder;
}

std::uint64_t bytes_there(const fs::path& run) {
  std::uint64_t bytes = 0;
  for (const auto& entry : formats::list_checkpoints(run, formats::Check::sizes)) bytes += entry.manifest.bytes();
  return bytes;
}

}  // namespace

std::uint64_t estimated_memory(const config::Config& config, std::int64_t parameters) {
  const kmer::Vocabulary vocabulary(static_cast<int>(config.data.k));
  const auto shape = config::shape_of(config.model, vocabulary.size());
  const auto of_layer = kHiddenOfLayer * static_cast<std::uint64_t>(shape.hidden_size) +
                        kIntermediateOfLayer * static_cast<std::uint64_t>(shape.intermediate_size);
  const auto logits = static_cast<std::uint64_t>(kMaskedShare * static_cast<double>(shape.vocab_size));
  const auto of_token = static_cast<std::uint64_t>(shape.num_hidden_layers) * of_layer + logits;
  const auto tokens = static_cast<std::uint64_t>(config.compute.micro_batch_tokens);
  return sizeof(float) * (kCopiesInMemory * static_cast<std::uint64_t>(parameters) + tokens * of_token);
}

void check_room(const fs::path& run, const config::Config& config, std::int64_t parameters, std::size_t keep) {
  const auto weights = static_cast<std::uint64_t>(parameters) * sizeof(float);
  const std::uint64_t whole = (keep + 1) * train::estimated_checkpoint_bytes(parameters) + weights;
  const std::uint64_t there = bytes_there(run);
  const std::uint64_t needed = whole - std::min(whole, there);
  const std::uint64_t free = file_system().free_bytes(existing(run));
  log_info("disk: up to " + megabytes(whole) + " for " + std::to_string(keep) +
           " checkpoints, one in the making and the model");
  if (free < needed) {
    throw IoError("the disk of " + run.string() + " has too little room: the run takes " + megabytes(needed) +
                  " more, and " + megabytes(free) + " are free; make room, or choose another disk with --out");
  }
  if (config.compute.device == config::DeviceChoice::cuda) return;  // most of it is the GPU's
  const std::uint64_t memory = estimated_memory(config, parameters);
  log_info("memory: about " + megabytes(memory) + " for the model, its copy that is saved and a micro-batch");
  if (memory > available_memory()) {
    log_warning("that is more than the " + megabytes(available_memory()) +
                " of memory that are free: lower compute.micro_batch_tokens, or close other programs");
  }
}

}  // namespace cmgems::apps
