// Few-shot fine-tuning and scoring: a fresh head (and encoder) per run, the test set scored once, after the last step.
#pragma once

#include <filesystem>
#include <functional>
#include <vector>

#include "cmgems/config/config.h"
#include "cmgems/formats/model_folder.h"
#include "cmgems/metrics/classification.h"
#include "cmgems/tasks/few_shot.h"
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
  metrics::ClassificationScores model;
  double final_loss = 0;  // mean of the last epoch
  double seconds = 0;
  bool collapsed = false;  // a single class was predicted for the whole test set
};

/// How far a run is: told before the first step, after every step and after every scored batch.
struct FinetuneProgress {
  std::int64_t step, steps;
  std::size_t scored_rows, test_rows;
};

struct FinetuneRunOptions {
  bool random_weights = false;       // take only the architecture of the model folder
  std::filesystem::path keep_model;  // non-empty: the classifier is written there (a model folder)
  std::function<void(const FinetuneProgress&)> on_progress = [](const FinetuneProgress&) {};
};

/// A model and a task, proven to fit each other before the first run.
class Finetuner {
 public:
  /// Reads the model once and tokenizes both tables. `model_folder` empty: config.model's sizes and random weights.
  /// `config` and `task` must outlive it.
  /// Sequences longer than the model's positions are cut, and their pieces' pooled outputs averaged (nn/pieces.h).
  /// Throws: DataError (a damaged model), InputNotFound, UsageError.
  Finetuner(const config::Config& config, const tasks::TaskData& task, std::filesystem::path model_folder);

  /// Fine-tunes on `rows` of task.pool and scores task.test; a pure function of its arguments but for `seconds`.
  /// Throws: DataError (loss or gradient not finite), IoError.
  FinetuneRun run(const std::vector<std::size_t>& rows, std::uint64_t seed,
                  const FinetuneRunOptions& options = {}) const;

  const formats::ModelDescription& description() const { return description_; }

 private:
  const config::Config& config_;
  int classes_;
  std::filesystem::path folder_;
  formats::ModelDescription description_;  // of the classifier
  TokenRows pool_, test_;
};

}  // namespace cmgems::train
