// One pretraining by several ranks: the first one decides what is done and writes what comes of it, the others follow.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>

#include "cmgems/parallel/ranks.h"

namespace cmgems::apps {

/// Where all ranks begin, and the genome that they must have. The first one tells, the others get to know.
struct CommonStart {
  std::filesystem::path checkpoint;  // empty = from the beginning
  std::string genome_hash;
};
CommonStart tell_start(parallel::Ranks& ranks, const CommonStart& start);

/// Does its part of what the first rank was asked to do, since `start` of the command.
/// Throws: as run_pretraining does; RanksFailed where all ranks agreed to end and the first one says why.
void follow_pretraining(parallel::Ranks& ranks, std::chrono::steady_clock::time_point start);

}  // namespace cmgems::apps
