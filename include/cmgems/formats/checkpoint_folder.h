// The checkpoints of a run folder: checkpoint-<step>/, each whole or not there. There is no pointer to the latest one:
// whoever continues takes the newest whose manifest and hashes hold.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "cmgems/formats/manifest.h"

namespace cmgems::formats {

struct CheckpointEntry {
  std::int64_t step = 0;
  std::filesystem::path folder;
  std::string problem;  // empty = whole
  Manifest manifest;    // empty when it cannot be read
  bool whole() const { return problem.empty(); }
};

/// RUN/checkpoint-<step>
std::filesystem::path checkpoint_path(const std::filesystem::path& run, std::int64_t step);

/// All of them, newest first, each looked through as far as `check` says.
std::vector<CheckpointEntry> list_checkpoints(const std::filesystem::path& run, Check check);

/// From the newest on, hashes checked, up to and including the first whole one: the last entry is what to continue
/// from when it is whole, those before it were skipped.
std::vector<CheckpointEntry> find_checkpoint(const std::filesystem::path& run);

/// Removes the oldest, but for the newest `keep` that look whole (sizes) and all that are newer than these.
/// -> the removed ones. Throws: IoError.
std::vector<std::filesystem::path> prune_checkpoints(const std::filesystem::path& run, std::size_t keep);

/// Removes what processes left that died while they wrote into the run folder. REQUIRES: the run's lock.
/// -> the removed ones. Throws: IoError.
std::vector<std::filesystem::path> remove_leftovers(const std::filesystem::path& run);

}  // namespace cmgems::formats
