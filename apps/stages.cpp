#include "stages.h"

#include <algorithm>

#include "child_process.h"
#include "cmgems/base/atomic_file.h"
#include "cmgems/base/error.h"
#include "cmgems/base/file_system.h"
#include "cmgems/base/log.h"
#include "result_table.h"
#include "run_record.h"
#include "shell_word.h"

namespace cmgems::apps {
namespace {

using Words = std::vector<std::string>;

void append(Words& words, const Words& more) { words.insert(words.end(), more.begin(), more.end()); }

void append_settings(Words& words, const Recipe& recipe, const Words& more) {
  append(words, {"--config", recipe.config});
  for (const auto& assignment : recipe.assignments) append(words, {"--set", assignment});
  for (const auto& assignment : more) append(words, {"--set", assignment});
}

void run_stage(const std::filesystem::path& folder, const Stage& stage, const std::string& number) {
  std::string file = stage.title + ".json";
  std::replace(file.begin(), file.end(), ' ', '-');
  const int code = run_child(stage.arguments, folder / "results" / file);
  if (code == static_cast<int>(ExitCode::interrupted)) {
    throw Error(ExitCode::interrupted, "stopped in " + number + "; the same command goes on from here");
  }
  if (code != 0) {
    throw Error(static_cast<ExitCode>(code), number + " failed with exit code " + std::to_string(code) +
                                                 " (its message is above); the same command goes on from here");
  }
}

}  // namespace

bool finished_run(const std::filesystem::path& run) {
  const auto record = read_run_record(run / "run.json");
  return record && record->finished;
}

Stage pretraining_stage(const std::string& title, const std::filesystem::path& run, const Recipe& recipe,
                        const std::vector<std::string>& more) {
  Words words{"pretrain", "--json", "--resume", "auto", "--out", run.string()};
  append_settings(words, recipe, more);
  if (!recipe.genome.empty()) append(words, {"--genome"});
  append(words, recipe.genome);
  return {title, run, words};
}

Stage few_shot_stage(const std::string& title, const std::filesystem::path& run, const Recipe& recipe,
                     const std::vector<std::string>& more, const FewShotPlan& plan) {
  Words words{"finetune", "--json", "--overwrite", "--out", run.string(), "--model", plan.model.string()};
  append_settings(words, recipe, more);
  append(words, {"--task", plan.few_shot.task, "--shots", std::to_string(plan.few_shot.shots)});
  append(words, {"--runs", std::to_string(plan.runs)});
  if (!recipe.data.empty()) append(words, {"--data", recipe.data});
  append(words, {"--set", "finetune.baseline=" + plan.baselines});
  return {title, run, words};
}

std::size_t stages_to_do(const std::vector<Stage>& stages) {
  return static_cast<std::size_t>(
      std::count_if(stages.begin(), stages.end(), [](const auto& stage) { return !stage.finished(); }));
}

void print_stages(std::ostream& out, const std::vector<Stage>& stages, double seconds) {
  for (const auto& stage : stages) {
    out << (stage.finished() ? "done  " : "to do ") << "cmgems";
    for (const auto& word : stage.arguments) out << " " << shell_word(word);
    out << "\n";
  }
  out << "\nwhat is to do takes about " << decimals(seconds / 60, 0) << " minutes on this machine\n";
}

void run_stages(const std::filesystem::path& folder, const std::vector<Stage>& stages) {
  for (std::size_t i = 0; i < stages.size(); ++i) {
    const std::string number =
        "stage " + std::to_string(i + 1) + "/" + std::to_string(stages.size()) + ": " + stages[i].title;
    if (stages[i].finished()) {
      log_info(number + " is done");
      continue;
    }
    log_info(number);
    run_stage(folder, stages[i], number);
  }
}

void keep_request(const std::filesystem::path& folder, const std::string& name, const nlohmann::ordered_json& request,
                  const std::string& what) {
  const auto file = folder / name;
  const std::string text = request.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  if (std::filesystem::exists(file)) {
    if (read_file(file) == text) return;
    throw UsageError(folder.string() + " holds " + what + " with other options (" + file.string() +
                     "): name another folder with --out");
  }
  make_folders(folder / "results");
  write_file_atomic(file, text);
}

}  // namespace cmgems::apps
