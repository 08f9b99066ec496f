// cmgems reproduce: the papers' chain, end to end, as commands that anyone can type, each of which goes on where it
// was.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>

#include "child_process.h"
#include "cmgems/base/atomic_file.h"
#include "cmgems/base/error.h"
#include "cmgems/base/file_system.h"
#include "cmgems/base/log.h"
#include "cmgems/train/finetuner.h"
#include "command.h"
#include "inputs.h"
#include "labelled_data.h"
#include "reproduction.h"
#include "reproduction_table.h"
#include "result_table.h"

namespace cmgems::apps {
namespace {

using nlohmann::ordered_json;
using Words = std::vector<std::string>;

constexpr const char* kExample =
    "Example, without any file:\n"
    "  cmgems reproduce --scale smoke\n"
    "Typed again, it goes on where it was.";

struct Options {
  OutputFlags output;
  std::string scale, variant = "paper", out, data;
  std::vector<std::string> genome, assignments;
  std::vector<std::string> strategies{"random", "genemask", "global", "pmi-voc", "cm-step", "cm-gems"};
  std::optional<std::int64_t> runs;
  std::vector<std::int64_t> shots;
  bool dry_run = false;
};

/// What the estimate needs to know of a task.
struct TaskTokens {
  double row = 0, test = 0;  // bases of a training row, of the whole test set
  int classes = 0;
};

/// None when the task's files are not there, which is told.
std::optional<TaskTokens> tokens_of(const Reproduction& reproduction, const std::string& name) {
  config::Config config;
  if (!reproduction.data.empty()) config.inputs.data = reproduction.data;
  try {
    const auto task = load_task(config, name);
    TaskTokens tokens;
    for (const auto& example : task.pool.examples) tokens.row += static_cast<double>(example.sequence.size());
    tokens.row /= static_cast<double>(task.pool.examples.size());
    for (const auto& example : task.test.examples) tokens.test += static_cast<double>(example.sequence.size());
    tokens.classes = task.classes;
    return tokens;
  } catch (const InputNotFound& error) {
    log_warning("left out: " + name + " (" + error.what() + ")");
    return std::nullopt;
  }
}

Scale scale_of(const Options& options) {
  Scale scale =
      *std::find_if(scales().begin(), scales().end(), [&](const auto& one) { return one.name == options.scale; });
  if (!options.shots.empty()) scale.shots = options.shots;
  return scale;
}

/// Before hours of work, not in the middle of them.
void check(const Options& options) {
  for (const auto& strategy : options.strategies) {
    config::Config config;
    config::apply_assignments(config, {"masking.strategy=" + strategy});
    config::validate(config);
  }
  auto names = options.strategies;
  std::sort(names.begin(), names.end());
  if (std::adjacent_find(names.begin(), names.end()) != names.end()) {
    throw UsageError("--strategies names one twice, and both would go into the same folder");
  }
}

Reproduction plan(const Options& options) {
  Reproduction result{options.out.empty() ? "runs/reproduce-" + options.scale : options.out,
                      scale_of(options),
                      contestants_of(options.strategies, options.variant != "release", options.variant != "paper"),
                      {},
                      0,
                      options.genome,
                      options.assignments,
                      options.data};
  result.runs = options.runs.value_or(result.scale.runs);
  return result;
}

/// The stages of one folder belong together: another request would mix two comparisons.
void keep_request(const Reproduction& reproduction, const Options& options) {
  const ordered_json request = {{"scale", options.scale},           {"variant", options.variant},
                                {"strategies", options.strategies}, {"genome", options.genome},
                                {"set", options.assignments},       {"runs", reproduction.runs},
                                {"shots", reproduction.scale.shots}};
  const auto file = reproduction.folder / "reproduce.json";
  const std::string text = request.dump(2) + "\n";
  if (std::filesystem::exists(file)) {
    if (read_file(file) == text) return;
    throw UsageError(reproduction.folder.string() + " holds a reproduction with other options (" + file.string() +
                     "): name another folder with --out");
  }
  make_folders(reproduction.folder / "results");
  write_file_atomic(file, text);
}

struct Rate {
  double tokens_a_second = 0, tokens_a_window = 0;
};

/// Of a few training steps on this machine. Throws: Error with the exit code of the measurement.
Rate measure_rate(const Reproduction& reproduction, std::int64_t windows) {
  Words words{"bench",     "train",
              "--json",    "--quiet",
              "--steps",   "3",
              "--windows", std::to_string(windows),
              "--config",  reproduction.scale.config};
  for (const auto& assignment : reproduction.assignments) words.insert(words.end(), {"--set", assignment});
  const auto output = temporary_path(std::filesystem::temp_directory_path() / "cmgems-reproduce.json");
  const int code = run_child(words, output);
  const auto text = code == 0 ? read_file(output) : std::string();
  clean_up(output);
  if (code != 0) throw Error(static_cast<ExitCode>(code), "the measurement of this machine's rate failed, see above");
  const auto row = ordered_json::parse(text).at("rows").at(0);
  return {row.at("tokens_s").get<double>(), row.at("tokens_step").get<double>() / static_cast<double>(windows)};
}

/// Seconds of what is still to do; training of a token takes three times what scoring one takes.
double estimate(const Reproduction& reproduction, const config::Config& config,
                const std::vector<std::pair<FewShot, TaskTokens>>& tasks) {
  const auto rate = measure_rate(reproduction, std::min<std::int64_t>(config.train.windows_per_step, 32));
  double tokens = 0;
  for (const auto& contestant : reproduction.contestants) {
    if (!finished_run(reproduction.pretraining(contestant))) {
      tokens += static_cast<double>(config.train.max_steps * config.train.windows_per_step) * rate.tokens_a_window;
    }
    for (const auto& [few_shot, task] : tasks) {
      if (finished_run(reproduction.fine_tuning(contestant, few_shot))) continue;
      const auto epochs = train::finetune_plan(config.finetune, few_shot.shots).epochs;
      const double trained = static_cast<double>(few_shot.shots * task.classes * epochs) * task.row;
      tokens += static_cast<double>(reproduction.runs) * (trained + task.test / 3);
    }
  }
  return tokens / rate.tokens_a_second;
}

void print_plan(const std::vector<Stage>& stages, double seconds) {
  for (const auto& stage : stages) {
    std::cout << (stage.finished() ? "done  " : "to do ") << "cmgems";
    for (const auto& word : stage.arguments) std::cout << " " << word;
    std::cout << "\n";
  }
  std::cout << "\nwhat is to do takes about " << decimals(seconds / 60, 0) << " minutes on this machine\n";
}

void run_stages(const Reproduction& reproduction, const std::vector<Stage>& stages) {
  for (std::size_t i = 0; i < stages.size(); ++i) {
    const auto& stage = stages[i];
    const std::string number =
        "stage " + std::to_string(i + 1) + "/" + std::to_string(stages.size()) + ": " + stage.title;
    if (stage.finished()) {
      log_info(number + " is done");
      continue;
    }
    log_info(number);
    std::string file = stage.title + ".json";
    std::replace(file.begin(), file.end(), ' ', '-');
    const int code = run_child(stage.arguments, reproduction.folder / "results" / file);
    if (code == static_cast<int>(ExitCode::interrupted)) {
      throw Error(ExitCode::interrupted, "stopped in " + number + "; the same command goes on from here");
    }
    if (code != 0) {
      throw Error(static_cast<ExitCode>(code), number + " failed with exit code " + std::to_string(code) +
                                                   " (its message is above); the same command goes on from here");
    }
  }
}

void run(const Options& options) {
  start_logging(options.output);
  check(options);
  Reproduction reproduction = plan(options);
  const auto config = load_config({reproduction.scale.config, reproduction.assignments, {}});
  std::vector<std::pair<FewShot, TaskTokens>> tasks;
  for (const auto& name : reproduction.scale.tasks) {
    const auto tokens = tokens_of(reproduction, name);
    for (const auto shots : reproduction.scale.shots) {
      if (tokens) tasks.emplace_back(FewShot{name, shots}, *tokens);
    }
  }
  for (const auto& [few_shot, tokens] : tasks) reproduction.few_shot.push_back(few_shot);
  const auto stages = stages_of(reproduction);
  if (options.dry_run) return print_plan(stages, estimate(reproduction, config, tasks));
  keep_request(reproduction, options);
  const auto to_do = std::count_if(stages.begin(), stages.end(), [](const auto& stage) { return !stage.finished(); });
  if (to_do > 0) {
    log_info("estimate: " + std::to_string(to_do) + " of " + std::to_string(stages.size()) + " stages take about " +
             decimals(estimate(reproduction, config, tasks) / 60, 0) + " minutes, baselines and measurements apart");
  }
  run_stages(reproduction, stages);
  const auto result = reproduction_json(reproduction);
  write_file_atomic(reproduction.folder / "reproduction.json", result.dump(2) + "\n");
  if (options.output.json) {
    std::cout << result.dump(2) << "\n";
  } else {
    print_reproduction(std::cout, result);
  }
}

std::vector<std::string> scale_names() {
  std::vector<std::string> names;
  for (const auto& scale : scales()) names.push_back(scale.name);
  return names;
}

}  // namespace

void add_reproduce(CLI::App& app, Session& session) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand(
      "reproduce", "Pretrain with every strategy and compare the models on the few-shot tasks: the papers' chain");
  command
      ->add_option("--scale", options->scale,
                   "how much: smoke takes minutes on two cores, the others are published sizes")
      ->required()
      ->check(CLI::IsMember(scale_names()));
  command->add_option("--variant", options->variant, "masking as the papers write it, as it was released, or both")
      ->capture_default_str()
      ->check(CLI::IsMember({"paper", "release", "both"}));
  command->add_option("--strategies", options->strategies, "the first one is what the others are compared with")
      ->capture_default_str()
      ->delimiter(',');
  command->add_option("--shots", options->shots, "rows per class (default: the scale's)")
      ->delimiter(',')
      ->check(CLI::PositiveNumber);
  command->add_option("--runs", options->runs, "few-shot runs of each model (default: the scale's, 5 or 10)")
      ->check(CLI::PositiveNumber);
  command->add_option("--genome", options->genome, "as for pretrain");
  command->add_option("--data", options->data, "data folder of the tasks (default: $CMGEMS_DATA, else ./data)");
  command->add_option("--set", options->assignments, "key.path=value for every stage; may be repeated")
      ->allow_extra_args(false);
  command->add_option("--out", options->out, "folder of all stages (default: runs/reproduce-SCALE)");
  command->add_flag("--dry-run", options->dry_run, "list the commands and estimate their time");
  add_output_flags(*command, options->output);
  command->footer(kExample);
  command->callback([options, &session] { session.run = [options] { run(*options); }; });
}

}  // namespace cmgems::apps
