// A task made from positive sequences alone, as the silencer task of GeneMask was: each positive gets a negative, a
// copy of it with twelve pieces replaced by random bases.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "cmgems/tasks/labelled_table.h"

namespace cmgems::tasks {

/// How rows come to the training or the test side: each on its own, as upstream did it, so that a positive and its
/// near-copy may be on different sides; or together with all rows of the same origin.
enum class TaskSplit { random, grouped };

struct BuildOptions {
  std::size_t max_length = 300;  // bases; longer positives are left out
  double test_share = 0.1;
  TaskSplit split = TaskSplit::random;
  std::uint64_t seed = 1;
};

struct BuiltTask {
  std::vector<Example> train, test;                   // label 1: positive, 0: its changed copy; in random order
  std::size_t positives = 0;                          // used
  std::size_t too_long = 0, empty = 0, repeated = 0;  // records that were left out
  std::size_t crossing = 0;                           // origins with rows on both sides
};

/// The changed copy of a positive: twelve times, max(1, length / 20) bases from a random start on are replaced by
/// random ones. Never equal to `positive`, which has at least one base. A pure function of its arguments.
std::string changed_copy(const std::string& positive, std::uint64_t seed, std::uint64_t number);

/// Reads the positives (FASTA, plain or compressed, or .2bit) and makes the task; a pure function of file and options.
/// Throws: as genome::for_each_record does; DataError (fewer than ten positives that can be used).
BuiltTask build_task(const std::filesystem::path& positives, const BuildOptions& options);

}  // namespace cmgems::tasks
