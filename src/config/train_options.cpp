#include "cmgems/config/train_options.h"

#include <algorithm>

namespace cmgems::config {
namespace {

constexpr Bounds kSteps{1, 1e12};
constexpr Bounds kRate{1e-12, 10};
constexpr Bounds kBelowOne{0, 0.999999};
constexpr Bounds kShare{0.001, 0.9};

const Words& poolings() {
  static const Words words{{"cls", static_cast<int>(Pooling::cls)}, {"mean", static_cast<int>(Pooling::mean)}};
  return words;
}

/// One name for each baseline in configurations and results, however it was written.
void baselines(OptionVisitor& visitor, std::vector<std::string>& names) {
  visitor.field("baseline", names);
  std::replace(names.begin(), names.end(), std::string("random-init"), std::string("random-encoder"));
}

}  // namespace

const std::vector<std::string_view>& baseline_words() {
  static const std::vector<std::string_view> words{"kmer", "majority", "random-encoder"};
  return words;
}

void describe(OptionVisitor& visitor, TrainOptions& options) {
  visitor.field("max_steps", options.max_steps, kSteps);
  visitor.field("windows_per_step", options.windows_per_step, Bounds{1, 1e6});
  visitor.field("learning_rate", options.learning_rate, kRate);
  visitor.field("warmup_steps", options.warmup_steps, kNotNegative);
  visitor.field("weight_decay", options.weight_decay, kProbability);
  visitor.field("adam_beta1", options.adam_beta1, kBelowOne);
  visitor.field("adam_beta2", options.adam_beta2, kBelowOne);
  visitor.field("adam_epsilon", options.adam_epsilon, Bounds{1e-30, 1});
  visitor.field("max_grad_norm", options.max_grad_norm, kNotNegative);
  visitor.field("eval_steps", options.eval_steps, kSteps);
  visitor.field("save_steps", options.save_steps, kSteps);
  visitor.field("save_minutes", options.save_minutes, Bounds{0, 1e6});
  visitor.field("validation_windows", options.validation_windows, Bounds{1, 1e9});
  visitor.field("seed", options.seed, kNotNegative);
}

void describe(OptionVisitor& visitor, FinetuneOptions& options) {
  static const Words weights{{"none", static_cast<int>(ClassWeights::none)},
                             {"balanced", static_cast<int>(ClassWeights::balanced)}};
  static const Words freezes{{"none", static_cast<int>(Freeze::none)},
                             {"encoder", static_cast<int>(Freeze::encoder)},
                             {"layers", static_cast<int>(Freeze::layers)}};
  static const Words bad_rows{{"refuse", static_cast<int>(tasks::BadRows::refuse)},
                              {"skip", static_cast<int>(tasks::BadRows::skip)}};
  visitor.field("shots", options.shots, Bounds{1, 1e6});
  visitor.field("runs", options.runs, Bounds{1, 1e4});
  visitor.field("epochs", options.epochs, Bounds{1, 1e6});
  visitor.field("learning_rate", options.learning_rate, kRate);
  visitor.field("batch_size", options.batch_size, Bounds{1, 1e6});
  visitor.choice("pooling", options.pooling, poolings());
  baselines(visitor, options.baseline);
  visitor.field("warmup_ratio", options.warmup_ratio, kProbability);
  visitor.field("weight_decay", options.weight_decay, kProbability);
  visitor.field("hidden_dropout_prob", options.hidden_dropout_prob, kBelowOne);
  visitor.field("attention_probs_dropout_prob", options.attention_probs_dropout_prob, kBelowOne);
  visitor.field("seed", options.seed, kNotNegative);
  visitor.field("test_share", options.test_share, kShare);
  visitor.choice("bad_rows", options.bad_rows, bad_rows);
  visitor.choice("class_weights", options.class_weights, weights);
  visitor.choice("freeze", options.freeze, freezes);
  visitor.field("trained_layers", options.trained_layers, Bounds{1, 1000});
  visitor.field("early_stopping", options.early_stopping, Bounds{1, 1e6});
  visitor.field("learning_rates", options.learning_rates, kRate);
  visitor.field("held_out", options.held_out, kShare);
}

void describe(OptionVisitor& visitor, GueOptions& options) {
  visitor.field("sets", options.sets);
  visitor.field("seeds", options.seeds, kNotNegative);
  visitor.field("learning_rate", options.learning_rate, kRate);
  visitor.field("batch_size", options.batch_size, Bounds{1, 1e6});
  visitor.choice("pooling", options.pooling, poolings());
  baselines(visitor, options.baseline);
}

}  // namespace cmgems::config
