#include "finetune_options.h"

#include <algorithm>

#include "json_values.h"
#include "result_table.h"

namespace cmgems::apps {
namespace {

using config::FinetuneOptions;
using nlohmann::ordered_json;

struct NumberOption {
  const char* key;
  const char* title;
  double FinetuneOptions::*value;
};
constexpr NumberOption kNumbers[] = {
    {"warmup_ratio", "warm-up ratio", &FinetuneOptions::warmup_ratio},
    {"weight_decay", "weight decay", &FinetuneOptions::weight_decay},
    {"hidden_dropout_prob", "hidden dropout", &FinetuneOptions::hidden_dropout_prob},
    {"attention_probs_dropout_prob", "attention dropout", &FinetuneOptions::attention_probs_dropout_prob}};

bool is_changed(const FinetuneOptions& options, const NumberOption& number) {
  return options.*number.value != FinetuneOptions{}.*number.value;
}

/// Whether a part of each draw is looked at instead of trained on.
bool holds_out(const FinetuneResult& result) {
  return (result.options.early_stopping || !result.options.learning_rates.empty()) && result.dev.empty();
}

train::FinetunePlan published_plan(const FinetuneResult& result) {
  const auto every = static_cast<std::int64_t>(result.pool_rows) / result.classes;
  return train::finetune_plan({}, result.shots > 0 ? result.shots : every);
}

}  // namespace

ordered_json options_json(const FinetuneResult& result) {
  constexpr const char* kFreeze[] = {"none", "encoder", "layers"};
  const auto& options = result.options;
  ordered_json json = {{"pooling", options.pooling == config::Pooling::cls ? "cls" : "mean"},
                       {"freeze", kFreeze[static_cast<int>(options.freeze)]},
                       {"class_weights", options.class_weights == config::ClassWeights::none ? "none" : "balanced"},
                       {"early_stopping", or_null(options.early_stopping)},
                       {"learning_rates", nullptr}};
  if (options.freeze == config::Freeze::layers) json["trained_layers"] = options.trained_layers;
  if (!options.learning_rates.empty()) json["learning_rates"] = options.learning_rates;
  if (holds_out(result)) json["held_out"] = options.held_out;
  for (const auto& number : kNumbers) {
    if (is_changed(options, number)) json[number.key] = options.*number.value;
  }
  return json;
}

std::string options_text(const FinetuneResult& result) {
  const auto& options = result.options;
  std::string text;
  if (options.pooling == config::Pooling::mean) text += ", mean pooling";
  if (options.freeze == config::Freeze::encoder) text += ", encoder frozen";
  if (options.freeze == config::Freeze::layers) {
    text += ", only the last " + std::to_string(options.trained_layers) +
            (options.trained_layers == 1 ? " layer" : " layers") + " trained";
  }
  if (options.class_weights == config::ClassWeights::balanced) text += ", balanced class weights";
  if (options.early_stopping) text += ", early stopping after " + std::to_string(*options.early_stopping);
  if (holds_out(result)) text += ", " + percent(options.held_out, 0) + " of each draw held out";
  for (const auto& number : kNumbers) {
    if (is_changed(options, number))
      text += ", " + std::string(number.title) + " " + significant(options.*number.value);
  }
  return text;
}

std::string rate_text(const FinetuneResult& result) {
  if (result.options.learning_rates.empty()) return significant(result.plan.learning_rate);
  std::string text;
  for (const double rate : result.options.learning_rates)
    text += (text.empty() ? "the best of " : ", ") + significant(rate);
  return text + " on held-out rows";
}

std::string plan_text(const std::vector<FinetuneResult>& results) {
  const auto differs = [&](auto value) {
    return std::any_of(results.begin(), results.end(),
                       [&](const auto& result) { return result.plan.*value != published_plan(result).*value; });
  };
  const auto& first = results.front();
  std::string text;
  if (differs(&train::FinetunePlan::epochs)) text += ", " + std::to_string(first.plan.epochs) + " epochs";
  if (differs(&train::FinetunePlan::learning_rate) || !first.options.learning_rates.empty())
    text += ", learning rate " + rate_text(first);
  if (differs(&train::FinetunePlan::batch_size)) text += ", batch " + std::to_string(first.plan.batch_size);
  return text;
}

}  // namespace cmgems::apps
