// Pretraining from a genome to a model folder.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "cmgems/base/error.h"
#include "cmgems/config/config.h"
#include "cmgems/genome/genome.h"
#include "cmgems/npmi/table.h"
#include "cmgems/parallel/ranks.h"
#include "cmgems/train/checkpoint_options.h"
#include "cmgems/train/observer.h"

namespace cmgems::train {

struct PretrainSummary {
  std::vector<curriculum::Measurement> curve;  // validation perplexity every eval_steps
  std::optional<std::int64_t> switch_step;
  double seconds = 0;        // since training started, or went on
  std::uint64_t tokens = 0;  // of the whole run
  std::uint64_t session_tokens = 0;
  double session_flops = 0;  // floating-point operations of the steps
  double products = 0;       // StartReport's
  std::int64_t parameters = 0;
};

/// Loss or gradient was not finite too often (step_guard.h); nothing was saved since.
class Diverged : public DataError {
 public:
  Diverged(const std::string& message, std::filesystem::path checkpoint)
      : DataError(message), checkpoint_(std::move(checkpoint)) {}
  /// The newest one that there is; empty for none.
  const std::filesystem::path& checkpoint() const { return checkpoint_; }

 private:
  std::filesystem::path checkpoint_;
};

/// How a run is kept, continued and ended early; by default it is none of these.
struct RunControl {
  CheckpointOptions checkpoints;
  /// Why to stop now; empty = go on. Asked between micro-batches.
  std::function<std::string()> stop_reason = [] { return std::string(); };
  /// Steps that may be on their way to the device before the figures of the oldest are read; none: 1 on CUDA, else 0.
  /// Everything that is told or written is the same for any number. Several ranks read them at once.
  std::optional<std::size_t> steps_ahead;
  /// The processes that train together, each with a call of its own; null = this one alone. Only the first of them is
  /// given observers and a folder for checkpoints; all of them read the one that they continue from.
  parallel::Ranks* ranks = nullptr;
};

/// Trains and writes `model_folder` (atomically, at the end). `table` may be null for random masks, whose
/// reports then have no NPMI.
/// A run that continues from a checkpoint ends with the same bytes as one that never stopped (CPU, same threads and
/// ranks). Order of the windows and masks do not depend on ranks, losses do by rounding (and by dropout, which each
/// draws for itself). Stops are agreed on: all ranks end after the same step.
/// Throws: DataError (genome too short), Diverged, UsageError (device); IoError, when two
/// checkpoints in a row cannot be written or the last one cannot; Error(interrupted) after stop_reason gave one, the
/// unfinished step is then discarded and the last whole one saved.
PretrainSummary pretrain(const config::Config& config, const genome::Genome& genome, const npmi::Table* table,
                         const std::filesystem::path& model_folder, const std::vector<Observer*>& observers,
                         const RunControl& control = {});

}  // namespace cmgems::train
