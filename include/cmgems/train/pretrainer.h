// Pretraining from a genome to a model folder.
#pragma once

#include <filesystem>
#include <vector>

#include "cmgems/config/config.h"
#include "cmgems/genome/genome.h"
#include "cmgems/npmi/table.h"
#include "cmgems/train/observer.h"

namespace cmgems::train {

struct PretrainSummary {
  std::vector<curriculum::Measurement> curve;  // validation perplexity every eval_steps
  std::optional<std::int64_t> switch_step;
  double seconds = 0;
  std::uint64_t tokens = 0;
  std::int64_t parameters = 0;
};

/// Trains and writes `model_folder` (atomically, at the end). `table` may be null for random masks, whose
/// reports then have no NPMI.
/// Throws: DataError (genome too short), UsageError (device), IoError.
PretrainSummary pretrain(const config::Config& config, const genome::Genome& genome, const npmi::Table* table,
                         const std::filesystem::path& model_folder, const std::vector<Observer*>& observers);

}  // namespace cmgems::train
