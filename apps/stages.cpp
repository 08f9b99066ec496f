#include "stages.h"

#include <algorithm>
#include <set>

#include "child_process.h"
#include "cmgems/base/atomic_file.h"
#include "cmgems/base/error.h"
#include "cmgems/base/file_system.h"
#include "cmgems/base/log.h"
#include "cmgems/parallel/ranks.h"
#include "result_table.h"
#include "run_record.h"
#include "shell_word.h"

namespace cmgems::apps {
namespace {

using Words = std::vector<std::string>;

void append(Words& words, const Words& more) { words.insert(words.end(), more.begin(), more.end()); }

Words going_on(const std::string& command, const std::filesystem::path& run) {
  return {command, "--json", "--resume", run.string()};
}

Words beginning(const std::string& command, const std::filesystem::path& run, const std::filesystem::path& model) {
  return {command, "--json", "--overwrite", "--out", run.string(), "--model", model.string()};
}

void append_settings(Words& words, const Recipe& recipe, const Words& more) {
  append(words, {"--config", recipe.config});
  for (const auto& assignment : recipe.assignments) append(words, {"--set", assignment});
  for (const auto& assignment : more) append(words, {"--set", assignment});
}

/// Whether runs of this model by this command were begun and not finished. A pretraining that was done anew is another
/// model.
bool can_go_on(const std::string& command, const std::filesystem::path& run, const std::filesystem::path& model) {
  const auto record = read_run_record(run / "run.json");
  if (!record || record->finished || record->command != command || !std::filesystem::exists(run / "config.json")) {
    return false;
  }
  std::error_code unknown;
  const auto begun = std::filesystem::last_write_time(run / "config.json", unknown);
  return finished_run(model) && !unknown && std::filesystem::last_write_time(model / "run.json", unknown) <= begun &&
         !unknown;
}

/// "settings.train.max_steps was 40, is 60" of the first key that differs; empty when `before` is no JSON.
std::string first_difference(const std::string& before, const nlohmann::json& now) {
  const auto old = nlohmann::json::parse(before, nullptr, /*allow_exceptions=*/false);
  const auto changes = old.is_discarded() ? nlohmann::json::array() : nlohmann::json::diff(old, now);
  if (changes.empty()) return "";
  nlohmann::json::json_pointer place(changes[0].at("path").get<std::string>());
  if (!place.empty() && place.back() == "-") place.pop_back();  // behind the end of a list
  if (place.empty()) return "";
  const auto text = [&](const nlohmann::json& document) {
    return document.contains(place) ? document.at(place).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)
                                    : std::string("not there");
  };
  std::string key = place.to_string().substr(1);
  std::replace(key.begin(), key.end(), '/', '.');
  return key + " was " + text(old) + ", is " + text(now);
}

void print_stages(std::ostream& out, const std::vector<Stage>& stages, double seconds) {
  for (const auto& stage : stages) {
    out << (stage.finished() ? "done  " : "to do ") << "cmgems";
    for (const auto& word : stage.arguments) out << " " << shell_word(word);
    out << "\n";
  }
  out << "\nwhat is to do takes about " << decimals(seconds / 60, 0) << " minutes on this machine\n";
}

nlohmann::ordered_json stages_json(const std::string& command, const std::vector<Stage>& stages, double seconds) {
  nlohmann::ordered_json json = {{"command", command}, {"dry_run", true}, {"stages", nlohmann::ordered_json::array()}};
  for (const auto& stage : stages) {
    json["stages"].push_back({{"title", stage.title},
                              {"run", stage.run.string()},
                              {"finished", stage.finished()},
                              {"arguments", stage.arguments}});
  }
  json["seconds"] = seconds;
  return json;
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

/// Throws: Error (interrupted) when a stage was, here or on another rank.
void run_all(const std::filesystem::path& folder, const std::vector<Stage>& stages, parallel::Ranks& ranks) {
  for (std::size_t i = 0; i < stages.size(); ++i) {
    const std::string number =
        "stage " + std::to_string(i + 1) + "/" + std::to_string(stages.size()) + ": " + stages[i].title;
    if (stages[i].finished()) {
      log_info(number + " is done");
      continue;
    }
    if (auto reason = ranks.stop_reason(); !reason.empty()) throw Error(ExitCode::interrupted, reason);
    log_info(number);
    try {
      run_stage(folder, stages[i], number);
    } catch (const Error& error) {
      if (error.code() == ExitCode::interrupted) ranks.ask_to_stop(error.what());
      throw;
    }
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
  if (can_go_on("finetune", run, plan.model)) return {title, run, going_on("finetune", run)};
  Words words = beginning("finetune", run, plan.model);
  append_settings(words, recipe, more);
  append(words, {"--task", plan.few_shot.task, "--shots", std::to_string(plan.few_shot.shots)});
  append(words, {"--runs", std::to_string(plan.runs)});
  if (!recipe.data.empty()) append(words, {"--data", recipe.data});
  append(words, {"--set", "finetune.baseline=" + plan.baselines});
  return {title, run, words};
}

Stage gue_stage(const std::string& title, const std::filesystem::path& run, const Recipe& recipe,
                const std::filesystem::path& model, const std::string& baselines) {
  if (can_go_on("eval-gue", run, model)) return {title, run, going_on("eval-gue", run)};
  Words words = beginning("eval-gue", run, model);
  append_settings(words, recipe, {"gue.baseline=" + baselines});
  if (!recipe.data.empty()) append(words, {"--data", recipe.data});
  return {title, run, words};
}

void check_few_shot(const std::vector<FewShot>& list) {
  std::set<std::string> names;
  for (const auto& which : list) {
    if (!names.insert(which.name()).second) {
      throw UsageError(which.task + " with " + std::to_string(which.shots) + " shots is asked for twice");
    }
  }
}

std::size_t stages_to_do(const std::vector<Stage>& stages) {
  return static_cast<std::size_t>(
      std::count_if(stages.begin(), stages.end(), [](const auto& stage) { return !stage.finished(); }));
}

void tell_stages(std::ostream& out, const std::string& command, const std::vector<Stage>& stages, double seconds,
                 bool json) {
  if (!json) return print_stages(out, stages, seconds);
  const auto document = stages_json(command, stages, seconds);
  out << document.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << "\n";
}

void run_stages(const std::filesystem::path& folder, const std::vector<Stage>& stages) {
  const auto alone = parallel::one_process();
  run_all(folder, stages, *alone);
}

void run_stages(const std::filesystem::path& folder, const std::vector<Stage>& stages, parallel::Ranks& ranks,
                std::int64_t threads) {
  if (ranks.alone()) return run_stages(folder, stages);
  for (const bool pretrainings : {true, false}) {
    std::vector<Stage> own;
    int turn = 0;
    for (const auto& stage : stages) {
      if ((stage.arguments.at(0) == "pretrain") != pretrainings || turn++ % ranks.world() != ranks.rank()) continue;
      own.push_back(stage);
      auto& words = own.back().arguments;
      const bool goes_on =
          stage.arguments.at(0) == "finetune" && std::count(words.begin(), words.end(), "--resume") > 0;
      if (!goes_on) append(words, {"--set", "compute.threads=" + std::to_string(threads)});
    }
    run_all(folder, own, ranks);
    if (!ranks.wait_for_all()) throw Error(ExitCode::interrupted, ranks.stop_reason());
  }
}

void keep_request(const std::filesystem::path& folder, const std::string& name, const nlohmann::ordered_json& request,
                  const std::string& what) {
  const auto file = folder / name;
  const std::string text = request.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  if (std::filesystem::exists(file)) {
    const auto before = read_file(file);
    if (before == text) return;
    const auto difference = first_difference(before, nlohmann::json::parse(text));
    throw UsageError(folder.string() + " holds " + what + " with other options (" + file.string() +
                     (difference.empty() ? "" : ": " + difference) + "): name another folder with --out");
  }
  make_folders(folder / "results");
  write_file_atomic(file, text);
}

}  // namespace cmgems::apps
