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
#include "stop_rule.h"

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
  std::optional<std::size_t> keep;  // none: as before, for a run that continues
  std::optional<double> max_minutes;
  std::chrono::steady_clock::time_point start;  // of the command
  std::optional<IgnoredPipe> pipe;              // until the result is printed
};

/// Genome and table, resolved in `config`, too.
PretrainInputs load_pretrain_inputs(config::Config& config);

/// Throws: what train::pretrain throws; Error(interrupted) with the command that continues the run.
void run_pretraining(const config::Config& config, PretrainInputs& inputs, PretrainPlan& plan, const Session& session,
                     bool json);

}  // namespace cmgems::apps
