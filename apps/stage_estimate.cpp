#include "stage_estimate.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "child_process.h"
#include "cmgems/base/atomic_file.h"
#include "cmgems/base/error.h"
#include "cmgems/base/file_system.h"
#include "cmgems/base/log.h"
#include "cmgems/train/finetuner.h"
#include "labelled_data.h"

namespace cmgems::apps {

std::optional<TaskTokens> tokens_of(const std::string& task, const std::string& data) {
  config::Config config;
  if (!data.empty()) config.inputs.data = data;
  try {
    const auto loaded = load_task(config, task);
    TaskTokens tokens;
    for (const auto& example : loaded.pool.examples) tokens.row += static_cast<double>(example.sequence.size());
    tokens.row /= static_cast<double>(loaded.pool.examples.size());
    for (const auto& example : loaded.test.examples) tokens.test += static_cast<double>(example.sequence.size());
    tokens.classes = loaded.classes;
    return tokens;
  } catch (const InputNotFound& error) {
    log_warning("left out: " + task + " (" + error.what() + ")");
    return std::nullopt;
  }
}

Rate measure_rate(const std::string& config, const std::vector<std::string>& assignments, const config::Config& read) {
  const auto windows = std::min<std::int64_t>(read.train.windows_per_step, 32);
  std::vector<std::string> words{
      "bench", "train", "--json", "--quiet", "--steps", "3", "--windows", std::to_string(windows), "--config", config};
  for (const auto& assignment : assignments) words.insert(words.end(), {"--set", assignment});
  const auto output = temporary_path(std::filesystem::temp_directory_path() / "cmgems-rate.json");
  const int code = run_child(words, output);
  const auto text = code == 0 ? read_file(output) : std::string();
  clean_up(output);
  if (code != 0) throw Error(static_cast<ExitCode>(code), "the measurement of this machine's rate failed, see above");
  const auto row = nlohmann::ordered_json::parse(text).at("rows").at(0);
  return {row.at("tokens_s").get<double>(), row.at("tokens_step").get<double>() / static_cast<double>(windows)};
}

double pretraining_tokens(const config::TrainOptions& options, const Rate& rate) {
  return static_cast<double>(options.max_steps * options.windows_per_step) * rate.tokens_a_window;
}

double few_shot_tokens(const config::FinetuneOptions& options, std::int64_t shots, const TaskTokens& task) {
  const auto epochs = train::finetune_plan(options, shots).epochs;
  return static_cast<double>(shots * task.classes * epochs) * task.row + task.test / 3;
}

}  // namespace cmgems::apps
