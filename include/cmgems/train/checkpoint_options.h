// Where, how often and under what settings a run is saved. Free of LibTorch, for those who only ask for it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "cmgems/formats/manifest.h"

namespace cmgems::train {

struct CheckpointOptions {
  std::filesystem::path run;  // folder of the checkpoints; empty = none are written
  formats::Fingerprint fingerprint;
  std::int64_t save_steps = 1;
  double save_minutes = 0;                  // since the last one; 0 = by steps only
  std::size_t keep = 2;                     // older ones are removed
  std::vector<std::filesystem::path> logs;  // flushed before a checkpoint that counts on their length
  std::filesystem::path resume_from;        // a checkpoint, hashes checked; empty = a new run
};

/// Bytes of a checkpoint of a model of so many parameters, a little more than it takes.
std::uint64_t estimated_checkpoint_bytes(std::int64_t parameters);

}  // namespace cmgems::train
