// Work that is a list of this program's own commands, each in a process and a run folder of its own, each of which goes
// on where it was: what reproduce and sweep are made of.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <vector>

namespace cmgems::parallel {
class Ranks;
}

namespace cmgems::apps {

/// Whether the run in this folder came to its end.
bool finished_run(const std::filesystem::path& run);

struct Stage {
  std::string title;
  std::filesystem::path run;
  std::vector<std::string> arguments;
  bool finished() const { return finished_run(run); }
};

/// What all stages are given.
struct Recipe {
  std::string config;  // a file or a shipped name
  std::vector<std::string> assignments, genome;
  std::string data;  // empty: the default
};

struct FewShot {
  std::string task;
  std::int64_t shots;
  std::string name() const { return task + "-" + std::to_string(shots); }
};

/// A pretraining of the recipe with more assignments.
Stage pretraining_stage(const std::string& title, const std::filesystem::path& run, const Recipe& recipe,
                        const std::vector<std::string>& more);

struct FewShotPlan {
  FewShot few_shot;
  std::int64_t runs;
  std::filesystem::path model;
  std::string baselines;  // the value of finetune.baseline, as JSON
};
/// Few-shot runs of a model. In a folder where they were begun with this model they go on behind the finished ones.
Stage few_shot_stage(const std::string& title, const std::filesystem::path& run, const Recipe& recipe,
                     const std::vector<std::string>& more, const FewShotPlan& plan);

/// An evaluation of GUE. In a folder where it was begun with this model it goes on.
/// `baselines`: the value of gue.baseline, as JSON.
Stage gue_stage(const std::string& title, const std::filesystem::path& run, const Recipe& recipe,
                const std::filesystem::path& model, const std::string& baselines);

std::size_t stages_to_do(const std::vector<Stage>& stages);

/// Throws: UsageError (the same task and number of shots twice).
void check_few_shot(const std::vector<FewShot>& list);

/// A dry run: one command a line, and the seconds that those to do take; or both as one JSON document.
void tell_stages(std::ostream& out, const std::string& command, const std::vector<Stage>& stages, double seconds,
                 bool json);

/// Runs what is not finished, in order; what a stage prints goes to FOLDER/results.
/// Throws: Error with the exit code of the stage that failed or was stopped.
void run_stages(const std::filesystem::path& folder, const std::vector<Stage>& stages);
/// The same by several ranks, each of which takes whole stages in turn, pretrainings before what needs them. Returns
/// when all are done. `threads`: of each stage.
void run_stages(const std::filesystem::path& folder, const std::vector<Stage>& stages, parallel::Ranks& ranks,
                std::int64_t threads);

/// Writes FOLDER/NAME and makes FOLDER/results; when it is there, it must hold the same: stages of two requests would
/// mix. `what`: "a reproduction". Throws: UsageError (with the first key that differs), IoError.
void keep_request(const std::filesystem::path& folder, const std::string& name, const nlohmann::ordered_json& request,
                  const std::string& what);

}  // namespace cmgems::apps
