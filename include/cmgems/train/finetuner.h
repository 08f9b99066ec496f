// Few-shot fine-tuning and scoring: a fresh head (and encoder) per run, the test set scored once, after the last step.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "cmgems/config/config.h"
#include "cmgems/formats/model_folder.h"
#include "cmgems/metrics/classification.h"
#include "cmgems/tasks/few_shot.h"
#include "cmgems/train/encoder_weights.h"
#include "cmgems/train/token_rows.h"

namespace cmgems::train {

/// Published hyper-parameters for a number of rows per class, with the configuration's own values on top.
struct FinetunePlan {
  std::int64_t epochs;
  double learning_rate;
  std::int64_t batch_size;
};
FinetunePlan finetune_plan(const config::FinetuneOptions& options, std::int64_t rows_per_class);

struct FinetuneRun {
  std::uint64_t seed = 0;
  metrics::ClassificationScores model;               // of the test set
  std::optional<metrics::ClassificationScores> dev;  // of the dev table, when there is one
  double final_loss = 0;                             // mean of the last epoch
  double learning_rate = 0;                          // the one that was chosen, when there were several
  std::int64_t epochs = 0;                           // done; fewer than planned after an early stop
  std::optional<std::int64_t> best_epoch;            // with early stopping: the one whose weights were scored, from 1
  double seconds = 0;
  bool collapsed = false;  // a single class was predicted for the whole test set
};

/// How far a run is: told before the first step, after every step and after every scored batch. Steps of trainings that
/// only compare learning rates count, too.
struct FinetuneProgress {
  std::int64_t step, steps;
  std::size_t scored_rows, test_rows;
};

struct FinetuneRunOptions {
  bool random_weights = false;       // take only the architecture of the model folder
  std::filesystem::path keep_model;  // non-empty: the classifier is written there (a model folder)
  std::function<void(const FinetuneProgress&)> on_progress = [](const FinetuneProgress&) {};
};

struct EncoderOutputs;

/// A model and a task, proven to fit each other before the first run.
class Finetuner {
 public:
  /// Reads the model once and tokenizes the tables. `model_folder` empty: config.model's sizes and random weights.
  /// `weights`: those of the same folder, when another task has read them. `config` and `task` must outlive it.
  /// Sequences longer than the model's positions are cut, and their pieces' pooled outputs averaged (nn/pieces.h).
  /// Throws: DataError (a damaged model), InputNotFound, UsageError (more layers to train than there are).
  Finetuner(const config::Config& config, const tasks::TaskData& task, const std::filesystem::path& model_folder,
            EncoderWeights weights = nullptr);

  /// Fine-tunes on `rows` of task.pool and scores task.test once; a pure function of its arguments but for `seconds`.
  /// Rows that early stopping and the choice of a learning rate look at are the dev table, else a part of `rows`, which
  /// only the choice of a rate gives back for training.
  /// Throws: DataError (loss or gradient not finite; a class of `rows` with a single row that is to be split), IoError.
  FinetuneRun run(const std::vector<std::size_t>& rows, std::uint64_t seed,
                  const FinetuneRunOptions& options = {}) const;

  const formats::ModelDescription& description() const { return description_; }
  const EncoderWeights& weights() const { return weights_; }

 private:
  const config::Config& config_;
  const tasks::TaskData& task_;
  formats::ModelDescription description_;  // of the classifier
  EncoderWeights weights_;
  TokenRows pool_, test_;
  std::optional<TokenRows> dev_;
  mutable std::shared_ptr<const EncoderOutputs> test_outputs_;  // of a frozen encoder: the same in every run
};

}  // namespace cmgems::train
