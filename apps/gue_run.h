// Evaluating GUE in a run folder: one folder for each run of a method on a set, taken up where it was stopped.
#pragma once

#include <functional>
#include <string>

#include "cmgems/config/config.h"
#include "cmgems/parallel/ranks.h"
#include "gue_plan.h"
#include "gue_result.h"

namespace cmgems::apps {

struct GueInputs {
  const config::Config& config;  // resolved
  std::filesystem::path model;   // folder, empty for random weights
  std::string model_hash;        // of its weights and sizes; empty for random weights
  std::filesystem::path run;
  const GueWork& work;
  std::function<std::string()> stop_reason;  // not empty: save and stop
  parallel::Ranks& ranks;                    // each does whole runs, the longest first
};

/// Trains and scores what RUN/sets does not hold yet. The result does not depend on stops.
/// Throws: Error(interrupted); UsageError (what is there was made with other settings); DataError, IoError.
GueResult run_gue(const GueInputs& inputs);
/// The part of that which another rank does: its runs, whose results lie in the folder then.
void follow_gue(const GueInputs& inputs);

}  // namespace cmgems::apps
