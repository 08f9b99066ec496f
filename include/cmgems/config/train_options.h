// The configuration's `train`, `finetune` and `gue` sections.
#pragma once

#include "cmgems/base/options.h"
#include "cmgems/tasks/own_data.h"

namespace cmgems::config {

/// Pretraining. Defaults: the papers' 10,000-step regime.
struct TrainOptions {
  std::int64_t max_steps = 10'000;
  std::int64_t windows_per_step = 250;
  double learning_rate = 4e-4;               // peak
  std::optional<std::int64_t> warmup_steps;  // null = max_steps / 20
  double weight_decay = 0.01;                // not on biases and LayerNorm
  double adam_beta1 = 0.9;
  double adam_beta2 = 0.98;
  double adam_epsilon = 1e-6;
  double max_grad_norm = 1.0;              // 0 = no clipping
  std::optional<std::int64_t> eval_steps;  // null = max_steps / 20
  std::optional<std::int64_t> save_steps;  // null = max_steps / 20
  double save_minutes = 15;                // a checkpoint at the latest so long after the last one; 0 = by steps only
  std::int64_t validation_windows = 2000;
  std::int64_t seed = 42;
};
void describe(OptionVisitor& visitor, TrainOptions& options);

enum class Pooling { cls, mean };

/// Weight of a row in the training loss: 1, or rows / (classes * rows of its class).
enum class ClassWeights { none, balanced };

/// What keeps its pretrained weights: nothing, the encoder (only pooler and classifier are trained, on outputs that are
/// computed once), or all but the last layers (embeddings and first layers keep theirs).
enum class Freeze { none, encoder, layers };

/// What a fine-tuned model can be compared with, on the same rows: kmer (logistic regression on 3-mer counts), majority
/// (the most frequent class), random-encoder (the same architecture from random weights; random-init is read as it).
const std::vector<std::string_view>& baseline_words();

/// Fine-tuning; null = the published value for the number of rows per class
/// (up to 100: 20 epochs, 4e-4, batch 5; more: 5 epochs, 5e-5, batch 15).
struct FinetuneOptions {
  std::vector<std::int64_t> shots;   // per class, a result for each; null = 10 for a task, every row for own data
  std::optional<std::int64_t> runs;  // null = 10 for a task, 1 for own data
  std::optional<std::int64_t> epochs;
  std::optional<double> learning_rate;
  std::optional<std::int64_t> batch_size;
  Pooling pooling = Pooling::cls;
  std::vector<std::string> baseline = {"kmer", "majority"};  // rows beside the model, see baseline_words()
  double warmup_ratio = 0.1;
  double weight_decay = 0.01;
  double hidden_dropout_prob = 0.1;
  double attention_probs_dropout_prob = 0.1;
  std::int64_t seed = 1;                             // run r uses seed + r for its draw, head and order
  double test_share = 0.2;                           // of each class of own data, without a test table
  tasks::BadRows bad_rows = tasks::BadRows::refuse;  // of own data
  ClassWeights class_weights = ClassWeights::none;
  Freeze freeze = Freeze::none;
  std::int64_t trained_layers = 1;             // with Freeze::layers: the last ones
  std::optional<std::int64_t> early_stopping;  // epochs without a lower held-out loss; null = all epochs
  std::vector<double> learning_rates;          // candidates, chosen on held-out rows of the draw; null = learning_rate
  double held_out = 0.2;                       // share of the draw for both, without a dev table
};
void describe(OptionVisitor& visitor, FinetuneOptions& options);

/// The GUE benchmark. What a set prescribes (epochs, warm-up, measurements on dev) is in tasks/gue.h.
struct GueOptions {
  std::vector<std::string> sets = {"all"};  // words of tasks::choose_gue_sets
  std::vector<std::int64_t> seeds = {42};   // one run each
  double learning_rate = 3e-5;
  std::int64_t batch_size = 32;
  Pooling pooling = Pooling::cls;
  std::vector<std::string> baseline = {"kmer", "majority"};  // beside the model, see baseline_words()
};
void describe(OptionVisitor& visitor, GueOptions& options);

}  // namespace cmgems::config
