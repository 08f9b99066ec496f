// What a pretraining will take of disk and memory, told and checked before the first step.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>

namespace cmgems::apps {

/// Says what checkpoints and model will take, less the checkpoints that are there; warns when weights, gradients,
/// moments and the copy that is saved exceed the free memory. Throws: IoError when the disk has too little room.
void check_room(const std::filesystem::path& run, std::int64_t parameters, std::size_t keep);

}  // namespace cmgems::apps
