// What eval-gue is going to do: the sets whose files are there, read and looked through once before any work.
#pragma once

#include <array>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "cmgems/config/config.h"
#include "cmgems/tasks/gue.h"
#include "cmgems/train/gue_trainer.h"

namespace cmgems::apps {

struct PlannedSet {
  const tasks::GueSet* set;
  tasks::GueFiles files;
  std::map<std::string, std::string> hashes;  // SHA-256 of train, dev and test
  int classes = 0;
  std::array<std::size_t, 3> rows{};  // train, dev, test
  std::vector<std::string> notes;     // of the data, and of what the model cannot see of it
  train::GuePlan plan{};
  double tokens_per_step = 0;  // real tokens of a training step, for the time that is left
};

struct GueWork {
  std::vector<PlannedSet> sets;
  std::vector<std::string> absent;  // paths of sets
};

/// Reads every set of gue.sets under `data` for a model in `model` (empty: config.model's sizes).
/// Throws: UsageError (an unknown set), InputNotFound (none of them is there), DataError (a damaged file).
GueWork plan_gue(const config::Config& config, const std::filesystem::path& data, const std::filesystem::path& model);

}  // namespace cmgems::apps
