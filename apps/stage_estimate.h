// How long stages will take on this machine, from a few measured training steps.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cmgems/config/config.h"

namespace cmgems::apps {

/// What an estimate needs to know of a task.
struct TaskTokens {
  double row = 0, test = 0;  // bases of a training row, of the whole test set
  int classes = 0;
};
/// None when the task's files are not there, which is told. `data`: the data folder, empty = the default.
std::optional<TaskTokens> tokens_of(const std::string& task, const std::string& data);

/// Tokens of evaluating a model on the GUE sets that are there, all seeds, in terms of training. None when no set is
/// there, which is told. `data`: the data folder, empty = the default. Throws: DataError (a damaged set).
std::optional<double> gue_tokens(config::Config config, const std::string& data);

struct Rate {
  double tokens_a_second = 0, tokens_a_window = 0;
};
/// Of a few training steps in a process of its own. Throws: Error with the exit code of the measurement.
Rate measure_rate(const std::string& config, const std::vector<std::string>& assignments, const config::Config& read);

/// Tokens of a pretraining.
double pretraining_tokens(const config::TrainOptions& options, const Rate& rate);
/// Tokens of one few-shot run, in terms of training: scoring a token takes a third of the time.
double few_shot_tokens(const config::FinetuneOptions& options, std::int64_t shots, const TaskTokens& task);

}  // namespace cmgems::apps
