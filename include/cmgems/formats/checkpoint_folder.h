// The checkpoints of a run folder: checkpoint-<step>/, each whole or not there. There is no pointer to the latest one:
// whoever continues takes the newest whose manifest and hashes hold.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cmgems/formats/manifest.h"

namespace cmgems::formats {

struct CheckpointEntry {
  std::int64_t step = 0;
  std::filesystem::path folder;
  std::string problem;      // empty = whole
  bool unreadable = false;  // the problem is the disk's or one of permissions, and may pass
  Manifest manifest;        // empty when it cannot be read
  bool whole() const { return problem.empty(); }
};

/// RUN/checkpoint-<step>
std::filesystem::path checkpoint_path(const std::filesystem::path& run, std::int64_t step);

/// All of them, newest first, each looked through as far as `check` says.
std::vector<CheckpointEntry> list_checkpoints(const std::filesystem::path& run, Check check);

/// From the newest on, hashes checked, up to and including the first whole one: the last entry is what to continue
/// from when it is whole, those before it were skipped.
std::vector<CheckpointEntry> find_checkpoint(const std::filesystem::path& run);

/// Removes the oldest, but for the newest `keep` that are whole as far as `check` says, and all that are newer than
/// these. -> the removed ones. Throws: IoError.
std::vector<std::filesystem::path> prune_checkpoints(const std::filesystem::path& run, std::size_t keep, Check check);

/// What became of checkpoints that a run cannot go on from.
struct NewerCheckpoints {
  std::vector<std::filesystem::path> removed;
  std::vector<std::filesystem::path> set_aside;  // their new names
};

/// Takes those after `step`, from which a run goes on, out of their names, where pruning by sizes could take them for
/// whole. Damaged ones are removed; one that could only not be read, or now is whole after all, becomes
/// skipped-checkpoint-<step> (skipped-2-..., when there is one), which nothing but a person removes.
/// REQUIRES: the run's lock. Throws: IoError.
NewerCheckpoints clear_newer_checkpoints(const std::filesystem::path& run, std::int64_t step);

/// Ends what processes left that died while they wrote checkpoints or one of `names` into the run folder: a whole
/// checkpoint that was put aside for a new one of its step comes back when that never came, all else is removed; files
/// of other names stay. REQUIRES: the run's lock. -> the removed ones. Throws: IoError.
std::vector<std::filesystem::path> remove_leftovers(const std::filesystem::path& run,
                                                    std::span<const std::string_view> names);

}  // namespace cmgems::formats
