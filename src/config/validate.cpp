#include <algorithm>
#include <set>

#include "cmgems/base/atomic_file.h"
#include "cmgems/base/error.h"
#include "cmgems/kmer/vocabulary.h"
#include "cmgems/masking/registry.h"
#include "json_reader.h"

namespace cmgems::config {
namespace {

std::string text(std::int64_t value) { return std::to_string(value); }

class Problems {
 public:
  void require(bool condition, const std::string& problem) {
    if (!condition) list.push_back(problem);
  }
  std::vector<std::string> list;
};

void check_data(const corpus::DataOptions& data, const ModelOptions& model, Problems& problems) {
  problems.require(data.k >= kmer::kMinK && data.k <= kmer::kMaxK, "data.k must be in 3..8, not " + text(data.k));
  problems.require(data.validation_share > 0 && data.validation_share < 1,
                   "data.validation_share must lie between 0 and 1, both excluded");
  problems.require(data.max_tokens >= 5, "data.max_tokens must be at least 5, not " + text(data.max_tokens));
  try {
    const int positions = shape_of(model, 5).max_position_embeddings;
    problems.require(data.max_tokens + 2 <= positions,
                     "data.max_tokens (" + text(data.max_tokens) + ") and [CLS] and [SEP] do not fit the model's " +
                         text(positions) + " positions: at most " + text(positions - 2));
  } catch (const UsageError& error) {
    problems.list.emplace_back(error.what());
  }
}

void check_train(const TrainOptions& train, Problems& problems) {
  problems.require(train.max_steps > 0, "train.max_steps must be positive");
  problems.require(train.windows_per_step > 0, "train.windows_per_step must be positive");
  problems.require(train.validation_windows > 0, "train.validation_windows must be positive");
  problems.require(train.eval_steps.value_or(1) > 0, "train.eval_steps must be positive");
  problems.require(train.learning_rate > 0, "train.learning_rate must be positive");
  const auto warmup = train.warmup_steps.value_or(0);
  problems.require(warmup <= train.max_steps, "train.warmup_steps (" + text(warmup) +
                                                  ") must not exceed train.max_steps (" + text(train.max_steps) +
                                                  "); null makes it max_steps / 20");
}

void check_curriculum(const Config& config, Problems& problems) {
  const auto& curriculum = config.curriculum;
  problems.require(curriculum.patience > 0, "curriculum.patience must be positive");
  try {
    if (curriculum.easy) masking::find_masker(*curriculum.easy);
    if (!schedule_of(config).has_trigger()) return;
  } catch (const UsageError& error) {
    problems.list.push_back("curriculum.easy: " + std::string(error.what()));
    return;
  }
  problems.require(!curriculum.relative || curriculum.threshold < 1,
                   "curriculum.threshold is a share of the perplexity when curriculum.relative is true: expected a "
                   "number below 1, for example 0.02 (with more, the first measurement would switch)");
  const auto at = curriculum.switch_at_step.value_or(0);
  problems.require(at <= config.train.max_steps, "curriculum.switch_at_step (" + text(at) +
                                                     ") comes after the last step, train.max_steps (" +
                                                     text(config.train.max_steps) + ")");
  problems.require(curriculum.switch_at_step || curriculum.min_steps < config.train.max_steps,
                   "curriculum.min_steps (" + text(curriculum.min_steps) + ") leaves no step of train.max_steps (" +
                       text(config.train.max_steps) +
                       ") for the second masker: lower it, or choose a masking.strategy without a trigger");
}

/// cmgems downloads nothing, and says so for every input at once.
void check_addresses(const Config& config, Problems& problems) {
  std::vector<std::string> names = config.inputs.genome;
  const auto& inputs = config.inputs;
  for (const auto* name : {&inputs.task, &inputs.train_table, &inputs.dev_table, &inputs.test_table, &inputs.data,
                           &inputs.model, &config.data.include, &config.data.exclude}) {
    if (*name) names.push_back(**name);
  }
  names.push_back(config.npmi.table);
  for (const auto& name : names) {
    try {
      refuse_address(name);
    } catch (const UsageError& error) {
      problems.list.emplace_back(error.what());
    }
  }
}

void check_inputs(const InputOptions& inputs, Problems& problems) {
  for (const auto& genome : inputs.genome) {
    problems.require(!genome.starts_with("builtin:") || genome == "builtin:synthetic",
                     "inputs.genome: the only built-in genome is builtin:synthetic, not " + genome);
    problems.require(genome != "builtin:synthetic" || inputs.genome.size() == 1,
                     "inputs.genome: builtin:synthetic cannot be combined with files");
  }
  problems.require(inputs.train_table || (!inputs.test_table && !inputs.dev_table),
                   "inputs.test and inputs.dev go with inputs.train: name the training table, too");
  problems.require(!inputs.task || !inputs.train_table, "inputs.task and inputs.train exclude each other");
}

void check_baselines(const std::vector<std::string>& names, const char* key, Problems& problems) {
  const auto& known = baseline_words();
  for (const auto& name : names) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      problems.list.push_back(std::string(key) + ": unknown word \"" + name +
                              "\"; known: kmer, majority, random-encoder (or random-init)");
    }
    if (std::count(names.begin(), names.end(), name) > 1) {
      problems.list.push_back(std::string(key) + " names " + name + " twice");
    }
  }
}

void check_finetune(const FinetuneOptions& finetune, Problems& problems) {
  check_baselines(finetune.baseline, "finetune.baseline", problems);
  const std::set<std::int64_t> shots(finetune.shots.begin(), finetune.shots.end());
  problems.require(shots.size() == finetune.shots.size(), "finetune.shots names a number twice");
  problems.require(!finetune.learning_rate || finetune.learning_rates.empty(),
                   "finetune.learning_rate and finetune.learning_rates exclude each other: one rate, or candidates");
}

void check_gue(const GueOptions& gue, Problems& problems) {
  problems.require(!gue.seeds.empty(), "gue.seeds is empty: expected one training or more, each with a seed");
  check_baselines(gue.baseline, "gue.baseline", problems);
  for (const auto seed : gue.seeds) {
    problems.require(std::count(gue.seeds.begin(), gue.seeds.end(), seed) == 1,
                     "gue.seeds names " + text(seed) + " twice");
  }
}

}  // namespace

void validate(const Config& config) {
  Problems problems;
  check_addresses(config, problems);
  check_inputs(config.inputs, problems);
  check_data(config.data, config.model, problems);
  check_finetune(config.finetune, problems);
  check_gue(config.gue, problems);
  check_train(config.train, problems);
  check_curriculum(config, problems);
  throw_if_any(problems.list, "configuration");
}

}  // namespace cmgems::config
