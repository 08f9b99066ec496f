#include "cmgems/train/finetuner.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <set>

#include "classifier_fit.h"
#include "cmgems/curriculum/learning_rate.h"
#include "cmgems/nn/pieces.h"
#include "cmgems/nn/weights.h"
#include "cmgems/train/lm_step.h"

namespace cmgems::train {
namespace {

constexpr std::int64_t kManyRows = 100;  // rows per class up to which the few-shot recipe holds

/// The model's encoder with the configuration's head and dropout.
formats::ModelDescription describe(const config::Config& config, int classes, const std::filesystem::path& folder) {
  auto description = describe_classifier(config, classes, config.finetune.pooling, folder);
  description.shape.hidden_dropout_prob = config.finetune.hidden_dropout_prob;
  description.shape.attention_probs_dropout_prob = config.finetune.attention_probs_dropout_prob;
  return description;
}

/// Forward, backward and update for one batch; -> its mean loss.
double train_step(const Fit& fit, AdamW& optimizer, std::span<const std::size_t> rows, std::int64_t step,
                  double learning_rate) {
  const auto loss = mean_loss(fit, rows, {step});
  loss.backward();
  const double value = loss.item<double>();
  update(optimizer, value, step, learning_rate, "finetune.learning_rate");
  return value;
}

/// Steps of a run over `rows` rows.
std::int64_t steps_of(const FinetunePlan& plan, std::size_t rows) {
  const auto count = static_cast<std::int64_t>(rows);
  return plan.epochs * ((count + plan.batch_size - 1) / plan.batch_size);
}

/// Trains on `rows`, calls `after_step` with the steps done; -> mean loss of the last epoch.
double train(const Fit& fit, const std::vector<std::size_t>& rows, const FinetunePlan& plan,
             const config::FinetuneOptions& options, const std::function<void(std::int64_t)>& after_step) {
  AdamW optimizer(*fit.model, {0.9, 0.999, 1e-8, options.weight_decay});
  const auto count = static_cast<std::int64_t>(rows.size()), total = steps_of(plan, rows.size());
  const auto warmup = static_cast<std::int64_t>(std::lround(options.warmup_ratio * static_cast<double>(total)));
  double last_loss = 0;
  for (std::int64_t epoch = 0, step = 0; epoch < plan.epochs; ++epoch) {
    const auto order = shuffled(rows, fit.seed, epoch);
    last_loss = 0;
    for (std::int64_t first = 0; first < count; first += plan.batch_size) {
      const auto size = std::min(plan.batch_size, count - first);
      const std::span<const std::size_t> wanted(order.data() + first, static_cast<std::size_t>(size));
      const double rate = plan.learning_rate * curriculum::linear_warmup_decay(step, warmup, total);
      last_loss +=
          train_step(fit, optimizer, wanted, step, rate) * static_cast<double>(size) / static_cast<double>(count);
      after_step(++step);
    }
  }
  return last_loss;
}

metrics::ClassificationScores score(const std::vector<double>& probabilities, const TokenRows& test, int classes,
                                    bool& collapsed) {
  const std::vector<int> labels(test.labels.begin(), test.labels.end());
  const auto predictions = metrics::most_likely(probabilities, classes);
  collapsed = std::set<int>(predictions.begin(), predictions.end()).size() == 1;
  return metrics::score_predictions(labels, predictions, probabilities, classes);
}

}  // namespace

FinetunePlan finetune_plan(const config::FinetuneOptions& options, std::int64_t rows_per_class) {
  const bool few = rows_per_class <= kManyRows;
  return {options.epochs.value_or(few ? 20 : 5), options.learning_rate.value_or(few ? 4e-4 : 5e-5),
          options.batch_size.value_or(few ? 5 : 15)};
}

Finetuner::Finetuner(const config::Config& config, const tasks::TaskData& task, std::filesystem::path model_folder)
    : config_(config),
      classes_(task.classes),
      folder_(std::move(model_folder)),
      description_(describe(config, task.classes, folder_)) {
  const kmer::Vocabulary vocabulary(description_.k);
  pool_ = tokenize_table(task.pool, vocabulary);
  test_ = tokenize_table(task.test, vocabulary);
  nn::longest_piece(description_.shape);      // a model without room for a k-mer
  make_classifier(description_, 0, folder_);  // damaged weights: say so before the first run
}

FinetuneRun Finetuner::run(const std::vector<std::size_t>& rows, std::uint64_t seed,
                           const FinetuneRunOptions& options) const {
  const auto start = std::chrono::steady_clock::now();
  const auto runtime = nn::start_runtime(config_.compute);
  auto model = make_classifier(description_, seed, options.random_weights ? std::filesystem::path{} : folder_);
  model->to(device_of(runtime));
  const auto plan = finetune_plan(config_.finetune, static_cast<std::int64_t>(rows.size()) / std::max(1, classes_));
  FinetuneProgress progress{0, steps_of(plan, rows.size()), 0, test_.tokens.size()};
  options.on_progress(progress);

  FinetuneRun run;
  run.seed = seed;
  run.final_loss = train({model, pool_, runtime, seed}, rows, plan, config_.finetune, [&](std::int64_t step) {
    progress.step = step;
    options.on_progress(progress);
  });
  const auto probabilities = probabilities_of({model, test_, runtime, seed}, [&](std::size_t scored) {
    progress.scored_rows = scored;
    options.on_progress(progress);
  });
  run.model = score(probabilities, test_, classes_, run.collapsed);
  run.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (!options.keep_model.empty()) nn::save_model(*model, description_, options.keep_model);
  return run;
}

}  // namespace cmgems::train
