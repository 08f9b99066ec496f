#include "run_estimate.h"

#include "cmgems/base/error.h"
#include "cmgems/base/file_system.h"
#include "cmgems/base/log.h"
#include "cmgems/base/memory.h"
#include "cmgems/formats/checkpoint_folder.h"
#include "cmgems/train/checkpoint_options.h"

namespace cmgems::apps {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kCopiesInMemory = 7;  // weights, gradients, two moments; weights and moments as they are saved

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

void check_room(const fs::path& run, std::int64_t parameters, std::size_t keep) {
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
  const std::uint64_t memory = kCopiesInMemory * weights;
  if (memory > available_memory()) {
    log_warning("weights, gradients, moments and the copy that is saved take " + megabytes(memory) + ", and " +
                megabytes(available_memory()) + " of memory are free");
  }
}

}  // namespace cmgems::apps
