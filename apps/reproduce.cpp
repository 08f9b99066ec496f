// cmgems reproduce: the papers' chain, end to end, as commands that anyone can type, each of which goes on where it
// was.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>

#include "cmgems/base/atomic_file.h"
#include "cmgems/base/error.h"
#include "cmgems/base/log.h"
#include "command.h"
#include "reproduction.h"
#include "reproduction_table.h"
#include "result_table.h"
#include "stage_estimate.h"
#include "stage_settings.h"

namespace cmgems::apps {
namespace {

using nlohmann::ordered_json;

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
  bool no_gue = false;
  bool dry_run = false;
};

/// What there is to be scored, as far as its files are there.
struct Benchmarks {
  std::vector<std::pair<FewShot, TaskTokens>> few_shot;
  std::optional<double> gue;  // tokens of one method
};

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
                      candidates_of(options.strategies, options.variant != "release", options.variant != "paper"),
                      {},
                      0,
                      {},
                      false};
  result.runs = options.runs.value_or(result.scale.runs);
  result.recipe = {result.scale.config, options.assignments, options.genome, options.data};
  return result;
}

/// The papers count the table on the genome that they train on, and the shipped configurations leave it to `auto`,
/// which is the built-in human table at k=6 whatever the genome.
void count_on_the_genome(Options& options) {
  const bool own = std::any_of(options.assignments.begin(), options.assignments.end(),
                               [](const auto& assignment) { return assignment.starts_with("npmi."); });
  if (options.genome.empty() || own) return;
  const std::string from_genome = "npmi.table=from-genome";
  options.assignments.push_back(from_genome);
  log_info(from_genome + " (default with --genome; --set npmi.table=auto takes the built-in human table at k=6)");
}

/// The built-in task has no files.
bool reads_tables(const Scale& scale) {
  return std::any_of(scale.tasks.begin(), scale.tasks.end(), [](const auto& task) { return task != "synthetic"; });
}

ordered_json request_of(const Reproduction& reproduction, const Options& options, const config::Config& config) {
  return {{"scale", options.scale},
          {"variant", options.variant},
          {"strategies", options.strategies},
          {"genome", options.genome},
          {"set", options.assignments},
          {"runs", reproduction.runs},
          {"shots", reproduction.scale.shots},
          {"settings", settings_json(config, options.data, reads_tables(reproduction.scale))}};
}

/// Seconds of what is still to do.
double estimate(const Reproduction& reproduction, const config::Config& config, const Benchmarks& benchmarks) {
  const auto rate = measure_rate(reproduction.recipe.config, reproduction.recipe.assignments, config);
  double tokens = 0;
  for (const auto& candidate : reproduction.candidates) {
    if (!finished_run(reproduction.pretraining(candidate))) {
      tokens += pretraining_tokens(config.train, rate);
    }
    for (const auto& [few_shot, task] : benchmarks.few_shot) {
      if (finished_run(reproduction.fine_tuning(candidate, few_shot))) continue;
      tokens += static_cast<double>(reproduction.runs) * few_shot_tokens(config.finetune, few_shot.shots, task);
    }
    if (!benchmarks.gue || finished_run(reproduction.gue_run(candidate))) continue;
    const bool first = &candidate == &reproduction.candidates.front();
    tokens += (first ? 2 : 1) * *benchmarks.gue;  // beside the first one a random encoder is trained
  }
  return tokens / rate.tokens_a_second;
}

/// GUE takes hours: without --data, a scale that reads no tables does without it.
Benchmarks look_for_benchmarks(const Options& options, const Reproduction& reproduction, const config::Config& config) {
  Benchmarks found;
  for (const auto& name : reproduction.scale.tasks) {
    const auto tokens = tokens_of(name, options.data);
    for (const auto shots : reproduction.scale.shots) {
      if (tokens) found.few_shot.emplace_back(FewShot{name, shots}, *tokens);
    }
  }
  const bool wanted = !options.no_gue && (!options.data.empty() || reads_tables(reproduction.scale));
  if (wanted) found.gue = gue_tokens(config, options.data);
  return found;
}

void run(Options options) {
  start_logging(options.output);
  check(options);
  count_on_the_genome(options);
  Reproduction reproduction = plan(options);
  const auto config = load_config({reproduction.scale.config, options.assignments, {}});
  const auto benchmarks = look_for_benchmarks(options, reproduction, config);
  for (const auto& [few_shot, tokens] : benchmarks.few_shot) reproduction.few_shot.push_back(few_shot);
  reproduction.gue = benchmarks.gue.has_value();
  check_few_shot(reproduction.few_shot);
  const auto stages = stages_of(reproduction);
  if (options.dry_run) {
    return tell_stages(std::cout, "reproduce", stages, estimate(reproduction, config, benchmarks), options.output.json);
  }
  keep_request(reproduction.folder, "reproduce.json", request_of(reproduction, options, config), "a reproduction");
  if (const auto to_do = stages_to_do(stages); to_do > 0) {
    log_info("estimate: " + std::to_string(to_do) + " of " + std::to_string(stages.size()) + " stages take about " +
             decimals(estimate(reproduction, config, benchmarks) / 60, 0) +
             " minutes, baselines and measurements apart");
  }
  run_stages(reproduction.folder, stages);
  const auto result = reproduction_json(reproduction);
  const auto text = result.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
  write_file_atomic(reproduction.folder / "reproduction.json", text);
  options.output.json ? void(std::cout << text) : print_reproduction(std::cout, result);
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
      "reproduce",
      "Pretrain with every strategy and compare the models on the few-shot tasks and GUE: the papers' chain");
  command
      ->add_option("--scale", options->scale,
                   "how much: smoke takes minutes on two cores, the others are published sizes")
      ->required()
      ->check(CLI::IsMember(scale_names()));
  command->add_option("--variant", options->variant, "masking as the papers write it, as it was released, or both")
      ->capture_default_str()
      ->check(CLI::IsMember({"paper", "release", "both"}));
  command
      ->add_option("--strategies", options->strategies,
                   "the first one is what the others are compared with; hard-to-easy, a negative control, can be asked "
                   "for, too")
      ->capture_default_str()
      ->delimiter(',');
  command->add_option("--shots", options->shots, "rows per class (default: the scale's)")
      ->delimiter(',')
      ->check(CLI::PositiveNumber);
  command->add_option("--runs", options->runs, "few-shot runs of each model (default: the scale's, 5 or 10)")
      ->check(CLI::PositiveNumber);
  command->add_option("--genome", options->genome,
                      "as for pretrain; the NPMI table is counted on it unless --set npmi.table says otherwise");
  command->add_option("--data", options->data,
                      "data folder of the tasks and of GUE (default: $CMGEMS_DATA, else ./data; smoke evaluates GUE "
                      "with --data only)");
  command->add_flag("--no-gue", options->no_gue, "leave GUE out (fewer sets: --set gue.sets=tf,prom_core_tata)");
  command->add_option("--set", options->assignments, "key.path=value for every stage; may be repeated")
      ->allow_extra_args(false);
  command->add_option("--out", options->out, "folder of all stages (default: runs/reproduce-SCALE)");
  command->add_flag("--dry-run", options->dry_run, "list the commands and estimate their time");
  add_output_flags(*command, options->output);
  command->footer(kExample);
  command->callback([options, &session] { session.run = [options] { run(*options); }; });
}

}  // namespace cmgems::apps
