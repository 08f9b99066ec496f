// cmgems sweep: every combination of values of some keys, pretrained and, if asked, scored on few-shot tasks, each in
// a process of its own that goes on where it was.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <map>
#include <memory>

#include "cmgems/base/atomic_file.h"
#include "cmgems/base/error.h"
#include "cmgems/base/log.h"
#include "command.h"
#include "ranks.h"
#include "result_table.h"
#include "stage_estimate.h"
#include "stage_settings.h"
#include "sweep_grid.h"
#include "sweep_table.h"

namespace cmgems::apps {
namespace {

using nlohmann::ordered_json;

constexpr const char* kExample =
    "Example, without any file:\n"
    "  cmgems sweep --config smoke.json --vary curriculum.threshold=0.01,0.02,0.05 --task synthetic --shots 10\n"
    "Typed again, it goes on where it was.";

struct Options {
  OutputFlags output;
  std::string config, out = "runs/sweep", data;
  std::vector<std::string> vary, genome, assignments, tasks;
  std::vector<std::int64_t> shots;
  std::int64_t runs = 10;
  bool dry_run = false;
};

/// Few-shot tasks by name, as far as their files are there.
using TaskSizes = std::map<std::string, TaskTokens>;

Sweep plan(const Options& options, TaskSizes& sizes) {
  Sweep sweep;
  sweep.folder = options.out;
  sweep.recipe = {options.config, options.assignments, options.genome, options.data};
  sweep.runs = options.tasks.empty() ? 0 : options.runs;
  for (const auto& text : options.vary) sweep.varied.push_back(parse_varied(text));
  if (options.tasks.empty() && !options.shots.empty()) throw UsageError("--shots needs --task");
  const auto shots = options.shots.empty() ? std::vector<std::int64_t>{10} : options.shots;
  for (const auto& task : options.tasks) {
    const auto tokens = tokens_of(task, options.data);
    if (!tokens)
      throw InputNotFound("the files of " + task + " are not there (see above): name their folder with --data");
    sizes[task] = *tokens;
    for (const auto number : shots) sweep.few_shot.push_back({task, number});
  }
  check_grid(sweep);
  return sweep;
}

config::Config config_of(const Sweep& sweep, const std::vector<std::string>& more) {
  auto assignments = sweep.recipe.assignments;
  assignments.insert(assignments.end(), more.begin(), more.end());
  return load_config({sweep.recipe.config, assignments, {}});
}

/// Before hours of work, not in the middle of them.
void check_points(const Sweep& sweep) {
  for (const auto& point : sweep.points()) {
    try {
      config::validate(config_of(sweep, point.assignments));
    } catch (const UsageError& error) {
      throw UsageError("the point " + point.name() + " cannot run: " + error.what());
    }
  }
}

/// Rates of models that were measured, by what decides them: equal ones are measured once.
class Rates {
 public:
  explicit Rates(const Sweep& sweep) : sweep_(sweep) {}

  const Rate& of(const SweepPoint& point) {
    const auto config = config_of(sweep_, point.assignments);
    const auto json = ordered_json::parse(config::to_json(config));
    const std::string shape = json.at("model").dump() + json.at("data").dump() + json.at("compute").dump();
    const auto found = measured_.find(shape);
    if (found != measured_.end()) return found->second;
    auto assignments = sweep_.recipe.assignments;
    assignments.insert(assignments.end(), point.assignments.begin(), point.assignments.end());
    return measured_[shape] = measure_rate(sweep_.recipe.config, assignments, config);
  }

 private:
  const Sweep& sweep_;
  std::map<std::string, Rate> measured_;
};

/// Seconds of what is still to do.
double estimate(const Sweep& sweep, const TaskSizes& sizes) {
  Rates rates(sweep);
  std::map<std::filesystem::path, double> pretrainings;
  double seconds = 0;
  for (const auto& point : sweep.points()) {
    const auto config = config_of(sweep, point.assignments);
    const auto& rate = rates.of(point);
    if (const auto run = sweep.pretraining(point); !finished_run(run)) {
      pretrainings[run] = pretraining_tokens(config.train, rate) / rate.tokens_a_second;
    }
    for (const auto& which : sweep.few_shot) {
      if (finished_run(sweep.fine_tuning(point, which))) continue;
      const double tokens = few_shot_tokens(config.finetune, which.shots, sizes.at(which.task));
      seconds += static_cast<double>(sweep.runs) * tokens / rate.tokens_a_second;
    }
  }
  for (const auto& [run, of_run] : pretrainings) seconds += of_run;
  return seconds;
}

/// The built-in task has no files.
bool reads_tables(const Sweep& sweep) {
  return std::any_of(sweep.few_shot.begin(), sweep.few_shot.end(),
                     [](const auto& which) { return which.task != "synthetic"; });
}

ordered_json request_of(const Sweep& sweep, const Options& options) {
  return {{"config", options.config},
          {"vary", options.vary},
          {"set", options.assignments},
          {"genome", options.genome},
          {"data", options.data},
          {"tasks", options.tasks},
          {"shots", options.shots},
          {"runs", sweep.runs},
          {"settings", settings_json(config_of(sweep, {}), options.data, reads_tables(sweep))}};
}

void finish(const Sweep& sweep, const Options& options) {
  const auto result = sweep_json(sweep);
  const auto text = result.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
  write_file_atomic(sweep.folder / "sweep.json", text);
  write_file_atomic(sweep.folder / "sweep.svg", sweep_picture(sweep, result));
  log_info("picture: " + (sweep.folder / "sweep.svg").string());
  options.output.json ? void(std::cout << text) : print_sweep(std::cout, result);
}

parallel::Ranks& join_ranks(const Options& options, Session& session) {
  auto compute =
      several_ranks() ? load_config({options.config, options.assignments, {}}).compute : config::ComputeOptions{};
  return start_ranks(session, compute);
}

void run(const Options& options, Session& session) {
  start_logging(options.output);
  auto& ranks = join_ranks(options, session);
  TaskSizes sizes;
  const Sweep sweep = plan(options, sizes);
  check_points(sweep);
  const auto stages = sweep.stages();
  if (!ranks.first()) {
    if (!options.dry_run && ranks.wait_for_all()) run_stages(sweep.folder, stages, ranks, threads_of_rank());
    return;
  }
  if (options.dry_run) return tell_stages(std::cout, "sweep", stages, estimate(sweep, sizes), options.output.json);
  keep_request(sweep.folder, "request.json", request_of(sweep, options), "a sweep");
  if (const auto to_do = stages_to_do(stages); to_do > 0) {
    log_info("estimate: " + std::to_string(to_do) + " of " + std::to_string(stages.size()) + " stages take about " +
             decimals(estimate(sweep, sizes) / 60, 0) + " minutes, baselines and measurements apart");
  }
  ranks.wait_for_all();  // the folder is there
  run_stages(sweep.folder, stages, ranks, threads_of_rank());
  finish(sweep, options);
}

}  // namespace

void add_sweep(CLI::App& app, Session& session) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("sweep", "Pretrain, and fine-tune, with every combination of some keys' values");
  command->add_option("--config", options->config, "configuration of all points: a JSON file or a shipped one")
      ->required();
  command
      ->add_option("--vary", options->vary,
                   "key=value,value,...; may be repeated, for every combination. Points that differ in finetune.* only "
                   "share a pretraining")
      ->required()
      ->allow_extra_args(false);
  command->add_option("--task", options->tasks, "few-shot tasks to score every point on (default: pretraining only)")
      ->delimiter(',');
  command->add_option("--shots", options->shots, "rows per class (default: 10)")
      ->delimiter(',')
      ->check(CLI::PositiveNumber);
  command->add_option("--runs", options->runs, "few-shot runs of each point")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  command->add_option("--genome", options->genome, "as for pretrain");
  command->add_option("--data", options->data, "data folder of the tasks (default: $CMGEMS_DATA, else ./data)");
  command->add_option("--set", options->assignments, "key.path=value for every stage; may be repeated")
      ->allow_extra_args(false);
  command->add_option("--out", options->out, "folder of all stages")->capture_default_str();
  command->add_flag("--dry-run", options->dry_run, "list the commands and estimate their time");
  add_output_flags(*command, options->output);
  command->footer(kExample);
  command->callback([options, &session] {
    session.run = [options, &session] { run(*options, session); };
    session.takes_ranks = true;
  });
}

}  // namespace cmgems::apps
