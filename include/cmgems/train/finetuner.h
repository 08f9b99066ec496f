// Few-shot fine-tuning and scoring of one run: a fresh head (and encoder) per run, the test set scored once, after the
// last step.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cmgems/config/config.h"
#include "cmgems/metrics/classification.h"
#include "cmgems/tasks/few_shot.h"

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

/// Where the encoder of a run comes from.
struct EncoderSource {
  std::filesystem::path folder;  // a model folder; empty = config.model's sizes and random weights
  bool random_weights = false;   // take only the architecture of `folder`
};

/// Fine-tunes on `rows` of task.pool and scores task.test. `keep_model` non-empty: the classifier is written there (a
/// model folder).
/// Throws: DataError (a sequence longer than the model's positions; k), InputNotFound, UsageError.
FinetuneRun finetune_run(const config::Config& config, const tasks::TaskData& task,
                         const std::vector<std::size_t>& rows, std::uint64_t seed, const EncoderSource& source,
                         const std::filesystem::path& keep_model = {});

}  // namespace cmgems::train
