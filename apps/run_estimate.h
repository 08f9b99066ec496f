// What a pretraining will take of disk and memory, told and checked before the first step.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>

#include "cmgems/config/config.h"

namespace cmgems::apps {

/// What training on a CPU holds at once, bytes: the formula is in docs/performance.md. REQUIRES: a resolved
/// compute.micro_batch_tokens.
std::uint64_t estimated_memory(const config::Config& config, std::int64_t parameters);

/// Says what checkpoints and model will take of the disk, less the checkpoints that are there, and training of the
/// memory; warns when that exceeds the free memory. Throws: IoError when the disk has too little room.
void check_room(const std::filesystem::path& run, const config::Config& config, std::int64_t parameters,
                std::size_t keep);

}  // namespace cmgems::apps
