// Training on a GUE set as DNABERT-2's finetune/train.py does with transformers' Trainer: every row, a linear schedule,
// dev measured on the way, the weights of the lowest dev loss scored on test, once.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "cmgems/config/config.h"
#include "cmgems/formats/model_folder.h"
#include "cmgems/metrics/classification.h"
#include "cmgems/tasks/gue_data.h"
#include "cmgems/train/checkpoint_options.h"
#include "cmgems/train/token_rows.h"

namespace cmgems::train {

struct GuePlan {
  std::int64_t steps;       // updates; the last batch of an epoch may be smaller
  std::int64_t eval_steps;  // dev is measured after each so many, and after the last
  std::int64_t warmup_steps;
  std::int64_t batch_size;  // rows
  double learning_rate;     // peak
  std::size_t max_tokens;   // k-mers of a row, without [CLS] and [SEP]; those behind are cut off
};
GuePlan gue_plan(const tasks::GueSet& set, const config::GueOptions& options, std::size_t train_rows);

enum class GuePhase { training, dev, test };

/// Told before the first step of a session, after every step and after every scored batch.
struct GueProgress {
  std::int64_t step, steps;
  GuePhase phase;
  std::size_t scored_rows, rows;  // of dev or test
};

struct GueRunOptions {
  bool random_weights = false;    // take only the architecture of the model folder
  CheckpointOptions checkpoints;  // `run` empty: none; `resume_from`: goes on there as if it had never stopped
  std::function<void(const GueProgress&)> on_progress = [](const GueProgress&) {};
  std::function<std::string()> stop_reason = [] { return std::string(); };  // not empty: save and stop
};

struct GueRun {
  std::uint64_t seed = 0;
  metrics::ClassificationScores scores;  // of test
  std::int64_t best_step = 0;            // whose weights were scored
  double dev_loss = 0;                   // there: mean cross-entropy
};

/// Reads the model as a GueTrainer would, for what is wrong with it.
/// Throws: DataError (a damaged model), InputNotFound, UsageError.
void check_gue_model(const config::Config& config, int classes, const std::filesystem::path& model_folder);

/// A model and a set, proven to fit each other before the first run.
class GueTrainer {
 public:
  /// Checks the model and tokenizes the tables. `model_folder` empty: config.model's sizes and random weights.
  /// `config` must outlive it. Sequences of more tokens than the model has positions are cut, and their pieces' pooled
  /// outputs averaged (nn/pieces.h). Throws: DataError (a damaged model), InputNotFound, UsageError.
  GueTrainer(const config::Config& config, const tasks::GueData& data, std::filesystem::path model_folder);

  /// A pure function of its arguments, however often it was stopped and resumed.
  /// Throws: DataError (loss or gradient not finite; a checkpoint of another model), IoError, Error(interrupted).
  GueRun run(std::uint64_t seed, const GueRunOptions& options = {}) const;

  const formats::ModelDescription& description() const { return description_; }

 private:
  const config::Config& config_;
  std::filesystem::path folder_;
  formats::ModelDescription description_;  // of the classifier
  GuePlan plan_;
  TokenRows train_, dev_, test_;
};

}  // namespace cmgems::train
