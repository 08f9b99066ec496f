#include "cmgems/train/finetuner.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <set>

#include "cmgems/base/error.h"
#include "cmgems/base/random.h"
#include "cmgems/curriculum/learning_rate.h"
#include "cmgems/kmer/vocabulary.h"
#include "cmgems/nn/init.h"
#include "cmgems/nn/weights.h"
#include "cmgems/train/adamw.h"
#include "cmgems/train/lm_step.h"
#include "cmgems/train/scoring.h"

namespace cmgems::train {
namespace {

constexpr double kMaxGradNorm = 1.0;
constexpr std::int64_t kManyRows = 100;  // rows per class up to which the few-shot recipe holds

TokenRows tokenize_table(const tasks::LabelledTable& table, const kmer::Vocabulary& vocabulary) {
  TokenRows rows;
  for (const auto& example : table.examples) {
    rows.tokens.push_back(kmer::tokenize(vocabulary, example.sequence));
    rows.labels.push_back(example.label);
  }
  return rows;
}

/// What the classifier will be: the encoder of the folder, or of the configuration, with the configuration's head.
formats::ModelDescription describe_classifier(const config::Config& config, int classes,
                                              const std::filesystem::path& folder) {
  formats::ModelDescription description;
  if (folder.empty()) {
    description.k = static_cast<int>(config.data.k);
    description.shape = config::shape_of(config.model, kmer::Vocabulary(description.k).size());
    description.position_init = config.model.position_init;
  } else {
    description = formats::read_model_description(folder);
  }
  description.classes = classes;
  description.labels.clear();  // a new task: the folder's names are not its
  description.pooling = config.finetune.pooling == config::Pooling::cls ? "cls" : "mean";
  description.shape.hidden_dropout_prob = config.finetune.hidden_dropout_prob;
  description.shape.attention_probs_dropout_prob = config.finetune.attention_probs_dropout_prob;
  return description;
}

/// A fresh head on the weights of `folder`; on random ones when it is empty.
nn::Classifier make_classifier(const formats::ModelDescription& description, config::Pooling pooling,
                               std::uint64_t seed, const std::filesystem::path& folder) {
  nn::Classifier model(description.shape, description.classes, pooling);
  nn::initialise(*model, description.position_init, seed);
  if (!folder.empty()) nn::load_weights(*model, folder, {"bert.pooler.", "classifier."});
  return model;
}

corpus::SequenceBatch batch_of(const TokenRows& rows, std::span<const std::size_t> wanted, std::size_t longest) {
  corpus::SequenceBatch batch;
  for (const auto row : wanted) corpus::append_sequence(batch, rows.tokens[row], longest);
  return batch;
}

at::Tensor labels_of(const TokenRows& rows, std::span<const std::size_t> wanted, at::Device device) {
  std::vector<std::int64_t> labels;
  for (const auto row : wanted) labels.push_back(rows.labels[row]);
  return at::tensor(at::ArrayRef<std::int64_t>(labels), at::kLong).to(device);
}

/// A fresh order of `rows` for each epoch (Fisher and Yates).
std::vector<std::size_t> shuffled(std::vector<std::size_t> rows, std::uint64_t seed, std::int64_t epoch) {
  RandomStream random(seed, Purpose::few_shot, static_cast<std::uint64_t>(epoch) + 1, 1);
  for (std::size_t i = rows.size(); i > 1; --i)
    std::swap(rows[i - 1], rows[random.below(static_cast<std::uint32_t>(i))]);
  return rows;
}

/// One run under way: what its steps share.
struct Fit {
  nn::Classifier& model;
  const TokenRows& data;
  const nn::Runtime& runtime;
  std::uint64_t seed;
};

/// Forward, backward and update for one batch; -> its mean loss.
double train_step(const Fit& fit, AdamW& optimizer, std::span<const std::size_t> rows, std::int64_t step,
                  double learning_rate) {
  const nn::DropoutStream dropout(fit.seed, static_cast<std::uint64_t>(step), 0);
  nn::Pass pass = make_pass(fit.runtime, dropout);
  const auto device = device_of(fit.runtime);
  const auto batch = batch_of(fit.data, rows, nn::longest_piece(fit.model->bert->shape));
  const auto logits = nn::classify(fit.model, batch, nn::Average::pooled, device, pass);
  const auto loss = at::cross_entropy_loss(logits, labels_of(fit.data, rows, device));
  loss.backward();
  const double value = loss.item<double>();
  if (!std::isfinite(value) || !std::isfinite(optimizer.clip_gradients(kMaxGradNorm))) {
    throw DataError("fine-tuning diverged in step " + std::to_string(step + 1) +
                    ": loss or gradient is not finite; lower finetune.learning_rate");
  }
  optimizer.step(learning_rate);
  optimizer.clear_gradients();
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

/// Class probabilities [rows, classes], row-major, in the table's order; calls `after_batch` with the rows done.
std::vector<double> probabilities_of(const Fit& fit, const std::function<void(std::size_t)>& after_batch) {
  std::vector<double> probabilities;
  std::size_t done = 0, told = 0;
  SequenceScorer scorer(fit.model, nn::Average::pooled, fit.runtime, [&](std::span<const double> row) {
    probabilities.insert(probabilities.end(), row.begin(), row.end());
    ++done;
  });
  for (const auto& tokens : fit.data.tokens) {
    scorer.add(tokens);
    if (done > told) after_batch(told = done);
  }
  scorer.finish();
  if (done > told) after_batch(done);
  return probabilities;
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
      description_(describe_classifier(config, task.classes, folder_)) {
  const kmer::Vocabulary vocabulary(description_.k);
  pool_ = tokenize_table(task.pool, vocabulary);
  test_ = tokenize_table(task.test, vocabulary);
  nn::longest_piece(description_.shape);                               // a model without room for a k-mer
  make_classifier(description_, config.finetune.pooling, 0, folder_);  // damaged weights: say so before the first run
}

FinetuneRun Finetuner::run(const std::vector<std::size_t>& rows, std::uint64_t seed,
                           const FinetuneRunOptions& options) const {
  const auto start = std::chrono::steady_clock::now();
  const auto runtime = nn::start_runtime(config_.compute);
  auto model = make_classifier(description_, config_.finetune.pooling, seed,
                               options.random_weights ? std::filesystem::path{} : folder_);
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
