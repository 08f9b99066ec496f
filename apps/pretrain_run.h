// One pretraining in its run folder: opened when the inputs have proven good, kept by checkpoints, ended early on
// request, reported.
#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "cmgems/config/config.h"
#include "cmgems/genome/genome.h"
#include "cmgems/npmi/table.h"
#include "command.h"
#include "run_folder.h"
#include "run_record.h"

namespace cmgems::apps {

struct PretrainInputs {
  genome::Genome genome;
  npmi::Table table;
  RunRecord record;
};

struct PretrainPlan {
  std::filesystem::path run;
  bool overwrite = false;
  std::unique_ptr<RunFolder> earlier;  // of a run that continues: locked
  std::vector<std::string> allow_mismatch;
  std::size_t keep = 2;
  std::optional<double> max_minutes;
  std::chrono::steady_clock::time_point start;  // of the command
};

/// Throws: what train::pretrain throws; Error(interrupted) with the command that continues the run.
void run_pretraining(const config::Config& config, PretrainInputs& inputs, PretrainPlan& plan, const Session& session,
                     bool json);

}  // namespace cmgems::apps
