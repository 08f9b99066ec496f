#include "stage_estimate.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "child_process.h"
#include "cmgems/base/atomic_file.h"
#include "cmgems/base/error.h"
#include "cmgems/base/file_system.h"
#include "cmgems/base/log.h"
#include "cmgems/train/finetuner.h"
#include "gue_plan.h"
#include "inputs.h"
#include "labelled_data.h"

namespace cmgems::apps {
namespace {

constexpr double kScoring = 1.0 / 3;  // of the time of training

}  // namespace

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

std::optional<double> gue_tokens(config::Config config, const std::string& data) {
  if (!data.empty()) config.inputs.data = data;
  try {
    const auto work = plan_gue(config, resolve_data(config), {});
    double tokens = 0;
    for (const auto& set : work.sets) {
      const auto& plan = set.plan;
      const double row = set.tokens_per_step / static_cast<double>(plan.batch_size);
      const auto measurements = static_cast<double>((plan.steps + plan.eval_steps - 1) / plan.eval_steps);
      const double scored = measurements * static_cast<double>(set.rows[1]) + static_cast<double>(set.rows[2]);
      tokens += static_cast<double>(plan.steps) * set.tokens_per_step + scored * row * kScoring;
    }
    return tokens * static_cast<double>(config.gue.seeds.size());
  } catch (const InputNotFound& error) {
    log_warning(std::string("left out: GUE (") + error.what() + ")");
    return std::nullopt;
  }
}

Rate measure_rate(const std::string& config, const std::vector<std::string>& assignments, const config::Config& read) {
  const auto windows = std::min<std::int64_t>(read.train.windows_per_step, 32);
  std::vector<std::string> words{"bench",     "train", "--json",    "--quiet",
                                 "--seconds", "2",     "--windows", std::to_string(windows),
                                 "--config",  config};
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
  return static_cast<double>(shots * task.classes * epochs) * task.row + task.test * kScoring;
}

}  // namespace cmgems::apps
