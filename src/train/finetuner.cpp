#include "cmgems/train/finetuner.h"

#include <ATen/Context.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/tensor.h>
#include <torch/csrc/autograd/grad_mode.h>

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

namespace cmgems::train {
namespace {

constexpr double kMaxGradNorm = 1.0;
constexpr std::int64_t kManyRows = 100;  // rows per class up to which the few-shot recipe holds

/// Token rows of a table, in its order.
struct TokenRows {
  std::vector<std::vector<kmer::TokenId>> tokens;
  std::vector<std::int64_t> labels;
};

TokenRows tokenize_table(const tasks::LabelledTable& table, const kmer::Vocabulary& vocabulary, int max_positions) {
  TokenRows rows;
  for (std::size_t i = 0; i < table.examples.size(); ++i) {
    auto tokens = kmer::tokenize(vocabulary, table.examples[i].sequence);
    if (tokens.size() + 2 > static_cast<std::size_t>(max_positions)) {
      throw DataError(table.path.string() + ", example " + std::to_string(i + 1) + ": " +
                      std::to_string(tokens.size()) + " tokens, but the model takes at most " +
                      std::to_string(max_positions - 2) + "; shorten the sequences");
    }
    rows.tokens.push_back(std::move(tokens));
    rows.labels.push_back(table.examples[i].label);
  }
  return rows;
}

/// Model and tokenizer of one run.
struct Subject {
  formats::ModelDescription description;
  nn::Classifier model{nullptr};
};

Subject make_subject(const config::Config& config, int classes, std::uint64_t seed, const EncoderSource& source) {
  Subject subject;
  if (source.folder.empty()) {
    subject.description.k = static_cast<int>(config.data.k);
    subject.description.shape = config::shape_of(config.model, kmer::Vocabulary(subject.description.k).size());
  } else {
    subject.description = formats::read_model_description(source.folder);
  }
  subject.description.classes = classes;
  subject.description.pooling = config.finetune.pooling == config::Pooling::cls ? "cls" : "mean";
  subject.description.shape.hidden_dropout_prob = config.finetune.hidden_dropout_prob;
  subject.description.shape.attention_probs_dropout_prob = config.finetune.attention_probs_dropout_prob;
  subject.model = nn::Classifier(subject.description.shape, classes, config.finetune.pooling);
  nn::initialise(*subject.model, config.model.position_init, seed);
  const bool pretrained = !source.folder.empty() && !source.random_weights;
  if (pretrained) nn::load_weights(*subject.model, source.folder, {"bert.pooler.", "classifier."});
  return subject;
}

corpus::RaggedBatch batch_of(const TokenRows& rows, std::span<const std::size_t> wanted) {
  corpus::RaggedBatch batch;
  for (const auto row : wanted) corpus::append_window(batch, rows.tokens[row]);
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

/// Trains on `rows`; -> mean loss of the last epoch.
double fit(nn::Classifier& model, const TokenRows& data, const std::vector<std::size_t>& rows, const FinetunePlan& plan,
           const config::FinetuneOptions& options, const nn::Runtime& runtime, std::uint64_t seed) {
  AdamW optimizer(*model, {0.9, 0.999, 1e-8, options.weight_decay});
  const auto count = static_cast<std::int64_t>(rows.size());
  const std::int64_t per_epoch = (count + plan.batch_size - 1) / plan.batch_size;
  const std::int64_t total = plan.epochs * per_epoch;
  const auto warmup = static_cast<std::int64_t>(std::lround(options.warmup_ratio * static_cast<double>(total)));
  double last_loss = 0;
  for (std::int64_t epoch = 0, step = 0; epoch < plan.epochs; ++epoch) {
    const auto order = shuffled(rows, seed, epoch);
    last_loss = 0;
    for (std::int64_t first = 0; first < count; first += plan.batch_size, ++step) {
      const auto size = std::min(plan.batch_size, count - first);
      const std::span<const std::size_t> wanted(order.data() + first, static_cast<std::size_t>(size));
      nn::DropoutStream dropout(seed, static_cast<std::uint64_t>(step), 0);
      if (runtime.cuda) at::manual_seed(nn::DropoutStream(dropout).next());
      nn::Pass pass = make_pass(runtime, dropout);
      const auto logits = model->forward(nn::to_ragged(batch_of(data, wanted), device_of(runtime)), pass);
      const auto loss = at::cross_entropy_loss(logits, labels_of(data, wanted, device_of(runtime)));
      loss.backward();
      if (!std::isfinite(loss.item<double>()) || !std::isfinite(optimizer.clip_gradients(kMaxGradNorm))) {
        throw DataError("fine-tuning diverged in epoch " + std::to_string(epoch + 1) +
                        ": loss or gradient is not finite; lower finetune.learning_rate");
      }
      optimizer.step(plan.learning_rate * curriculum::linear_warmup_decay(step, warmup, total));
      optimizer.clear_gradients();
      last_loss += loss.item<double>() * static_cast<double>(size) / static_cast<double>(count);
    }
  }
  return last_loss;
}

/// Class probabilities [rows, classes], row-major, in the table's order.
std::vector<double> probabilities_of(nn::Classifier& model, const TokenRows& data, const nn::Runtime& runtime) {
  const torch::NoGradGuard no_grad;
  std::vector<double> probabilities;
  std::vector<std::size_t> wanted;
  std::int64_t tokens = 0;
  const auto flush = [&] {
    nn::Pass pass = make_pass(runtime);
    const auto logits = model->forward(nn::to_ragged(batch_of(data, wanted), device_of(runtime)), pass);
    const auto rows = at::softmax(logits, -1).to(at::kCPU, at::kDouble).contiguous();
    const double* values = rows.const_data_ptr<double>();
    probabilities.insert(probabilities.end(), values, values + rows.numel());
    wanted.clear();
    tokens = 0;
  };
  for (std::size_t row = 0; row < data.tokens.size(); ++row) {
    const auto length = static_cast<std::int64_t>(data.tokens[row].size()) + 2;
    if (!wanted.empty() && tokens + length > runtime.micro_batch_tokens) flush();
    wanted.push_back(row);
    tokens += length;
  }
  if (!wanted.empty()) flush();
  return probabilities;
}

metrics::ClassificationScores score(const std::vector<double>& probabilities, const TokenRows& test, int classes,
                                    bool& collapsed) {
  std::vector<int> labels(test.labels.begin(), test.labels.end()), predictions;
  for (std::size_t row = 0; row < labels.size(); ++row) {
    const auto begin = probabilities.begin() + static_cast<std::ptrdiff_t>(row) * classes;
    predictions.push_back(static_cast<int>(std::max_element(begin, begin + classes) - begin));
  }
  collapsed = std::set<int>(predictions.begin(), predictions.end()).size() == 1;
  return metrics::score_predictions(labels, predictions, probabilities, classes);
}

}  // namespace

FinetunePlan finetune_plan(const config::FinetuneOptions& options, std::int64_t rows_per_class) {
  const bool few = rows_per_class <= kManyRows;
  return {options.epochs.value_or(few ? 20 : 5), options.learning_rate.value_or(few ? 4e-4 : 5e-5),
          options.batch_size.value_or(few ? 5 : 15)};
}

FinetuneRun finetune_run(const config::Config& config, const tasks::TaskData& task,
                         const std::vector<std::size_t>& rows, std::uint64_t seed, const EncoderSource& source,
                         const std::filesystem::path& keep_model) {
  const auto start = std::chrono::steady_clock::now();
  const auto runtime = nn::start_runtime(config.compute);
  Subject subject = make_subject(config, task.classes, seed, source);
  subject.model->to(device_of(runtime));
  const kmer::Vocabulary vocabulary(subject.description.k);
  const auto pool = tokenize_table(task.pool, vocabulary, subject.description.shape.max_position_embeddings);
  const auto test = tokenize_table(task.test, vocabulary, subject.description.shape.max_position_embeddings);

  FinetuneRun run;
  run.seed = seed;
  const auto plan = finetune_plan(config.finetune, static_cast<std::int64_t>(rows.size()) / std::max(1, task.classes));
  run.final_loss = fit(subject.model, pool, rows, plan, config.finetune, runtime, seed);
  run.model = score(probabilities_of(subject.model, test, runtime), test, task.classes, run.collapsed);
  run.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (!keep_model.empty()) nn::save_model(*subject.model, subject.description, keep_model);
  return run;
}

}  // namespace cmgems::train
