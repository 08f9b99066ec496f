#include "cmgems/train/finetuner.h"

#include <ATen/ops/tensor.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <set>

#include "cmgems/base/error.h"
#include "cmgems/nn/init.h"
#include "cmgems/nn/pieces.h"
#include "cmgems/nn/weights.h"
#include "cmgems/tasks/sampling.h"
#include "cmgems/train/lm_step.h"
#include "finetune_fit.h"

namespace cmgems::train {
namespace {

constexpr std::int64_t kManyRows = 100;  // rows per class up to which the few-shot recipe holds

/// The model's encoder with the configuration's head and dropout, and the task's names of classes.
formats::ModelDescription describe(const config::Config& config, const tasks::TaskData& task,
                                   const std::filesystem::path& folder) {
  auto description = describe_classifier(config, task.classes, config.finetune.pooling, folder);
  description.shape.hidden_dropout_prob = config.finetune.hidden_dropout_prob;
  description.shape.attention_probs_dropout_prob = config.finetune.attention_probs_dropout_prob;
  description.labels = task.labels;
  return description;
}

TokenRows subset(const TokenRows& all, const std::vector<std::size_t>& rows) {
  TokenRows part;
  for (const auto row : rows) {
    part.tokens.push_back(all.tokens[row]);
    part.labels.push_back(all.labels[row]);
  }
  return part;
}

std::vector<int> plain_labels(const TokenRows& rows) { return {rows.labels.begin(), rows.labels.end()}; }

metrics::ClassificationScores score(const std::vector<double>& probabilities, const TokenRows& rows, int classes,
                                    bool* collapsed = nullptr) {
  const auto predictions = metrics::most_likely(probabilities, classes);
  if (collapsed != nullptr) *collapsed = std::set<int>(predictions.begin(), predictions.end()).size() == 1;
  return metrics::score_predictions(plain_labels(rows), predictions, probabilities, classes);
}

/// What the trainings of one run share.
struct Setting {
  const formats::ModelDescription& description;
  EncoderWeights weights;  // none: random ones by seed
  const config::FinetuneOptions& options;
  const nn::Runtime& runtime;
  std::uint64_t seed;
  at::Tensor class_weights;
  bool frozen() const { return options.freeze == config::Freeze::encoder; }
};

/// A fresh classifier on the setting's encoder, nothing trained yet.
nn::Classifier fresh_classifier(const Setting& setting) {
  auto model = make_classifier(setting.description, setting.seed, {});
  copy_encoder(setting.weights, model);
  model->to(device_of(setting.runtime));
  freeze(model, setting.options);
  return model;
}

/// Rows of a run with their frozen outputs, if any, which all its trainings share.
struct RunRows {
  TokenRows rows;
  std::optional<EncoderOutputs> outputs = {};

  Fit fit(nn::Classifier& model, const Setting& setting) const {
    return {model, rows, setting.runtime, setting.seed, setting.class_weights, outputs ? &*outputs : nullptr};
  }
};

/// One run: the draw, what is held out of it, and its trainings.
class Run {
 public:
  Run(const Setting& setting, TokenRows draw, const TokenRows* dev, const FinetuneRunOptions& options,
      std::size_t test_rows)
      : setting_(setting), tell_(options.on_progress), progress_{0, 0, 0, test_rows} {
    const auto& finetune = setting.options;
    if (finetune.early_stopping || !finetune.learning_rates.empty()) hold_out(draw, dev);
    draw_.rows = std::move(draw);
  }

  /// Trains; -> the model.
  nn::Classifier train(FinetunePlan plan, FinetuneRun& run) {
    const bool stopping = setting_.options.early_stopping.has_value();
    const auto& candidates = setting_.options.learning_rates;
    const RunRows& all = stopping ? kept_ : draw_;
    progress_.steps = steps_of(plan, all.rows.tokens.size()) +
                      static_cast<std::int64_t>(candidates.size()) * steps_of(plan, kept_.rows.tokens.size());
    tell_(progress_);
    auto model = fresh_classifier(setting_);
    if (setting_.frozen()) add_outputs(model);
    if (!candidates.empty()) plan.learning_rate = best_rate(plan);
    const auto result = train_one(model, all, plan, stopping);
    run.final_loss = result.last_loss;
    run.learning_rate = plan.learning_rate;
    run.epochs = result.epochs;
    run.best_epoch = result.best_epoch;
    return model;
  }

  /// Tells of scored rows of the test set.
  std::function<void(std::size_t)> scoring() {
    return [this](std::size_t rows) {
      progress_.step = progress_.steps;
      progress_.scored_rows = rows;
      tell_(progress_);
    };
  }

  /// Tells nothing new: who listens may end the work.
  std::function<void()> poll() {
    return [this] { tell_(progress_); };
  }

 private:
  void hold_out(const TokenRows& draw, const TokenRows* dev) {
    if (dev != nullptr) {
      kept_.rows = draw;
      held_out_.rows = *dev;
      return;
    }
    const auto taken =
        tasks::stratified_rows(plain_labels(draw), setting_.description.classes, setting_.options.held_out,
                               setting_.seed, tasks::Split::held_out, "the training draw");
    std::vector<std::size_t> kept;
    for (std::size_t row = 0; row < draw.tokens.size(); ++row) {
      if (!std::binary_search(taken.begin(), taken.end(), row)) kept.push_back(row);
    }
    kept_.rows = subset(draw, kept);
    held_out_.rows = subset(draw, taken);
  }

  void add_outputs(nn::Classifier& model) {
    for (auto* part : {&draw_, &kept_, &held_out_}) {
      if (!part->rows.tokens.empty()) part->outputs = encoder_outputs(model, part->rows, setting_.runtime, poll());
    }
  }

  /// The candidate of the lowest held-out loss, the first of equals.
  double best_rate(FinetunePlan plan) {
    double best = 0, lowest = std::numeric_limits<double>::infinity();
    for (const double rate : setting_.options.learning_rates) {
      auto model = fresh_classifier(setting_);
      plan.learning_rate = rate;
      const double loss = train_one(model, kept_, plan, true).held_out_loss;
      if (best == 0 || loss < lowest) {
        best = rate;
        lowest = loss;
      }
    }
    return best;
  }

  FitResult train_one(nn::Classifier& model, const RunRows& rows, const FinetunePlan& plan, bool measured) {
    const auto before = progress_.step;
    const Fit fit = rows.fit(model, setting_), held_out = held_out_.fit(model, setting_);
    auto result = train_classifier(fit, plan, setting_.options, measured ? &held_out : nullptr, [&](std::int64_t step) {
      progress_.step = before + step;
      tell_(progress_);
    });
    progress_.step = before + steps_of(plan, rows.rows.tokens.size());
    return result;
  }

  const Setting& setting_;
  const std::function<void(const FinetuneProgress&)>& tell_;
  FinetuneProgress progress_;
  RunRows draw_, kept_, held_out_;  // draw = kept + held out, or the dev table is held out and all are kept
};

}  // namespace

FinetunePlan finetune_plan(const config::FinetuneOptions& options, std::int64_t rows_per_class) {
  const bool few = rows_per_class <= kManyRows;
  return {options.epochs.value_or(few ? 20 : 5), options.learning_rate.value_or(few ? 4e-4 : 5e-5),
          options.batch_size.value_or(few ? 5 : 15)};
}

Finetuner::Finetuner(const config::Config& config, const tasks::TaskData& task,
                     const std::filesystem::path& model_folder, EncoderWeights weights)
    : config_(config), task_(task), description_(describe(config, task, model_folder)), weights_(std::move(weights)) {
  const auto& finetune = config.finetune;
  if (finetune.freeze == config::Freeze::layers && finetune.trained_layers > description_.shape.num_hidden_layers) {
    throw UsageError("finetune.trained_layers is " + std::to_string(finetune.trained_layers) +
                     ", but the model has only " + std::to_string(description_.shape.num_hidden_layers) + " layers");
  }
  const kmer::Vocabulary vocabulary(description_.k);
  pool_ = tokenize_table(task.pool, vocabulary);
  test_ = tokenize_table(task.test, vocabulary);
  if (task.dev) dev_ = tokenize_table(*task.dev, vocabulary);
  nn::longest_piece(description_.shape);  // a model without room for a k-mer
  if (!weights_) weights_ = read_encoder(description_, model_folder);
}

FinetuneRun Finetuner::run(const std::vector<std::size_t>& rows, std::uint64_t seed,
                           const FinetuneRunOptions& options) const {
  const auto start = std::chrono::steady_clock::now();
  const auto runtime = nn::start_runtime(config_.compute);
  const auto weights = options.random_weights ? EncoderWeights{} : weights_;
  Setting setting{description_, weights, config_.finetune, runtime, seed, {}};
  auto draw = subset(pool_, rows);
  if (config_.finetune.class_weights == config::ClassWeights::balanced) {
    const auto balanced = tasks::balanced_class_weights(plain_labels(draw), task_.classes);
    setting.class_weights = at::tensor(at::ArrayRef<double>(balanced), at::kFloat).to(device_of(runtime));
  }
  const auto plan =
      finetune_plan(config_.finetune, static_cast<std::int64_t>(rows.size()) / std::max(1, task_.classes));
  Run work(setting, std::move(draw), dev_ ? &*dev_ : nullptr, options, test_.tokens.size());
  FinetuneRun run;
  run.seed = seed;
  auto model = work.train(plan, run);

  Fit fit{model, test_, runtime, seed};
  std::shared_ptr<const EncoderOutputs> outputs = weights ? test_outputs_ : nullptr;
  if (setting.frozen() && !outputs) {
    outputs = std::make_shared<EncoderOutputs>(encoder_outputs(model, test_, runtime, work.poll()));
    if (weights) test_outputs_ = outputs;
  }
  fit.outputs = outputs.get();
  run.model = score(probabilities_of(fit, work.scoring()), test_, task_.classes, &run.collapsed);
  if (dev_) {
    const auto poll = work.poll();
    const auto probabilities = probabilities_of({model, *dev_, runtime, seed}, [&](std::size_t) { poll(); });
    run.dev = score(probabilities, *dev_, task_.classes);
  }
  run.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (!options.keep_model.empty()) nn::save_model(*model, description_, options.keep_model);
  return run;
}

}  // namespace cmgems::train
