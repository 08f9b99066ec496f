// cmgems eval-gue: a pretrained model on the sets of the Genome Understanding Evaluation that are there.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "cmgems/base/atomic_file.h"
#include "cmgems/base/error.h"
#include "cmgems/base/log.h"
#include "command.h"
#include "gue_report.h"
#include "gue_run.h"
#include "gue_store.h"
#include "inputs.h"
#include "rank_orders.h"
#include "ranks.h"
#include "result_table.h"
#include "resume.h"
#include "run_folder.h"
#include "run_record.h"
#include "shell_word.h"
#include "stop_rule.h"
#include "stopwatch.h"

namespace cmgems::apps {
namespace {

namespace fs = std::filesystem;

constexpr const char* kCommand = "eval-gue";
constexpr const char* kExample =
    "Example, every set under $CMGEMS_DATA (or ./data) with the newest pretrained model under ./runs:\n"
    "  cmgems eval-gue\n"
    "Some of them, three seeds each:\n"
    "  cmgems eval-gue --model runs/first --data data --sets prom_core_tata,tf/4 --seeds 42,43,44\n"
    "Interrupted? It goes on where it was:\n"
    "  cmgems eval-gue --resume RUN";

struct Options {
  ConfigFlags config;
  OutputFlags output;
  ResumeFlags resume;
  std::optional<std::string> model, data, sets, baseline;
  std::vector<std::int64_t> seeds;
  std::string out;
  std::optional<double> max_minutes;
  bool overwrite = false;
  bool dry_run = false;
};

config::Config configure(const Options& options) {
  config::Config config = load_config(options.config);
  if (options.model) config.inputs.model = options.model;
  if (options.data) config.inputs.data = options.data;
  if (options.sets) config.gue.sets = words_of(*options.sets);
  if (options.baseline) config::apply_assignments(config, {words_assignment("gue.baseline", *options.baseline)});
  if (!options.seeds.empty()) config.gue.seeds = options.seeds;
  config::validate(config);
  tasks::choose_gue_sets(config.gue.sets);  // unknown words before anything is looked for
  return config;
}

/// The run to go on with: named, or the newest unfinished one under runs/; empty when a new one is to begin.
fs::path run_to_continue(const Options& options) {
  if (options.resume.asked && options.overwrite) {
    throw UsageError("--resume and --overwrite exclude each other: continue the run, or replace it");
  }
  if (options.resume.asked && options.dry_run) throw UsageError("--dry-run is for new runs: leave out --resume");
  auto run = named_run(options.resume, options.out, kCommand);
  if (!run.empty() || !options.resume.asked || !options.out.empty()) return run;
  const auto found = unfinished_runs({}, kCommand);
  if (!found.empty()) {
    log_info("run: " + found.front().string() + " (default: the newest unfinished one under runs/)");
    return found.front();
  }
  if (options.resume.automatic()) return {};
  throw InputNotFound("no unfinished eval-gue was found under runs/: name one with --resume RUN, or leave it out");
}

void print_plan(std::ostream& out, const GueWork& work) {
  ResultTable table({"set", "train", "dev", "test", "classes", "steps", "dev every", "max tokens"});
  for (const auto& set : work.sets) {
    table.add({set.set->path(), std::to_string(set.rows[0]), std::to_string(set.rows[1]), std::to_string(set.rows[2]),
               std::to_string(set.classes), std::to_string(set.plan.steps), std::to_string(set.plan.eval_steps),
               std::to_string(set.set->max_tokens)});
  }
  table.print(out);
  for (const auto& set : work.sets) {
    for (const auto& note : set.notes) out << "- " << set.set->path() << ": " << note << "\n";
  }
}

/// What would be done, in the shape of a result without methods.
GueResult planned_result(const GueInputs& inputs) {
  GueResult result;
  result.model = inputs.model.empty() ? "random" : inputs.model.string();
  result.seeds = inputs.config.gue.seeds;
  result.absent = inputs.work.absent;
  result.options = inputs.config.gue;
  for (const auto& set : inputs.work.sets) {
    result.sets.push_back({set.set, set.classes, set.rows, set.plan.steps, {}, set.notes});
  }
  return result;
}

void tell_work(const GueWork& work) {
  log_info("GUE: " + std::to_string(work.sets.size()) + " sets found" +
           (work.absent.empty() ? "" : ", " + std::to_string(work.absent.size()) + " not there"));
  for (const auto& name : work.absent) log_debug("not there: " + name);
}

/// The run in its folder, from its first file to its result.
void evaluate(const GueInputs& inputs, const Session& session, double seconds_before, bool json) {
  RunRecord record{kCommand, {}, {}, inputs.config.gue.seeds.front(), 0, false};
  if (!inputs.model_hash.empty()) record.hashes["model"] = inputs.model_hash;
  for (const auto& set : inputs.work.sets) {
    for (const auto& [name, hash] : set.hashes) record.hashes[set.set->path() + "/" + name] = hash;
  }
  const auto file = inputs.run / "run.json";
  write_run_record(file, session, inputs.config, record);
  write_file_atomic(inputs.run / "config.json", config::to_json(inputs.config));
  Stopwatch watch;
  const auto write_record = [&] {
    record.compute_cost["training"] = seconds_before + watch.lap();
    write_run_record(file, session, inputs.config, record);
  };
  try {
    const auto result = run_gue(inputs);
    const auto text = gue_json(result);
    write_file_atomic(inputs.run / "results.json", text);
    record.finished = true;
    write_record();
    json ? void(std::cout << text) : print_gue_text(std::cout, result);
  } catch (const Error& error) {
    if (error.code() != ExitCode::interrupted) throw;
    write_record();
    throw Error(ExitCode::interrupted, std::string(error.what()) + "; continue with: cmgems eval-gue --resume " +
                                           shell_word(inputs.run.string()));
  }
}

/// A request that came to one rank is for all of them.
std::function<std::string()> stop_of(const StopRule& stop, parallel::Ranks& ranks) {
  return [&stop, &ranks] {
    if (const auto reason = stop.reason(); !reason.empty()) ranks.ask_to_stop(reason);
    return ranks.stop_reason();
  };
}

/// The other ranks do their runs of what the first one was asked for.
void follow(parallel::Ranks& ranks) {
  const auto order = await_order(ranks);
  if (order.empty()) return;
  const auto told = nlohmann::json::parse(order);
  config::Config config;
  config::apply_json(config, told.at("config").get<std::string>(), "the configuration of rank 0");
  const fs::path model = told.at("model").get<std::string>();
  start_compute(config.compute);
  const auto work = plan_gue(config, resolve_data(config), model);
  const StopRule stop(std::chrono::steady_clock::now(), {});
  follow_gue({config, model.empty() ? fs::path{} : fs::path(*config.inputs.model), told.at("hash").get<std::string>(),
              told.at("run").get<std::string>(), work, stop_of(stop, ranks), ranks});
}

void run(Options options, Session& session) {
  const auto start = std::chrono::steady_clock::now();
  const IgnoredPipe pipe;
  start_logging(options.output);
  auto compute = several_ranks() ? load_config(options.config).compute : config::ComputeOptions{};
  auto& ranks = start_ranks(session, compute);
  if (!ranks.first()) return follow(ranks);
  RankOrders orders(ranks);
  fs::path run = run_to_continue(options);
  std::unique_ptr<RunFolder> folder;
  double seconds_before = 0;
  if (!run.empty()) {
    folder = std::make_unique<RunFolder>(run);
    if (options.config.file.empty()) options.config.file = (run / "config.json").string();
    if (const auto earlier = read_run_record(run / "run.json")) seconds_before = earlier->training_seconds;
  }
  config::Config config = configure(options);
  const auto data = resolve_data(config);
  const auto model = resolve_model(config, session);
  start_compute(config.compute);
  const auto work = plan_gue(config, data, model);
  tell_work(work);
  if (!folder && !options.dry_run) {
    run = choose_run_folder(options.out, kCommand, model, options.overwrite);
  }
  StopRule stop(start, options.max_minutes);
  const GueInputs inputs{config,
                         model.empty() ? fs::path{} : fs::path(*config.inputs.model),
                         model.empty() ? "" : hash_of_model(model),
                         run,
                         work,
                         stop_of(stop, ranks),
                         ranks};
  if (options.dry_run) {
    return options.output.json ? void(std::cout << gue_json(planned_result(inputs))) : print_plan(std::cout, work);
  }
  train::check_gue_model(config, work.sets.front().classes, model);  // before an earlier run is replaced
  if (folder) check_gue_run(inputs);
  if (!folder) folder = std::make_unique<RunFolder>(run, options.overwrite);
  log_info("run: " + run.string());
  if (!ranks.alone()) {
    orders.tell(nlohmann::json{{"config", config::to_json(config)},
                               {"run", fs::absolute(run).string()},
                               {"model", model.empty() ? "" : fs::absolute(model).string()},
                               {"hash", inputs.model_hash}}
                    .dump());
  }
  evaluate(inputs, session, seconds_before, options.output.json);
}

}  // namespace

void add_eval_gue(CLI::App& app, Session& session) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand(kCommand, "Fine-tune and score a model on the sets of the GUE benchmark");
  command->add_option("--model", options->model,
                      "run folder, model folder, or random (default: the newest finished pretraining under ./runs)");
  command->add_option("--data", options->data,
                      "data folder; the sets are in gue/GUE, GUE or itself (default: $CMGEMS_DATA, else ./data)");
  command->add_option("--sets", options->sets,
                      "all, groups (EMP, prom, splice, virus, mouse, tf) or sets (prom_core_tata, tf/4), with commas "
                      "(default: all)");
  command->add_option("--seeds", options->seeds, "one run each, with commas (default: 42)")->delimiter(',');
  command->add_option("--baseline", options->baseline,
                      "rows beside the model, with commas: kmer, majority, random-encoder or random-init (the same) "
                      "(default: kmer,majority)");
  add_config_flags(*command, options->config);
  command->add_option("--out", options->out, "run folder (default: runs/eval-gue-<date>-<time>)");
  command->add_flag("--overwrite", options->overwrite, "replace the run in a folder that is not empty");
  command
      ->add_option_function<std::string>(
          "--resume",
          [options](const std::string& word) {
            options->resume.asked = true;
            options->resume.run = word;
          },
          "continue a run: its folder, or auto (continue if there is one, else start); without a word the run in "
          "--out, else the newest unfinished one under runs/")
      ->expected(0, 1)
      ->allow_extra_args(false)
      ->type_name("[RUN|auto]");
  command
      ->add_option("--max-minutes", options->max_minutes,
                   "stop after so many minutes, save, and end with exit code 75 (default: none); so do SIGTERM, "
                   "SIGINT, SIGUSR1 and SIGHUP")
      ->check(CLI::PositiveNumber);
  command->add_flag("--dry-run", options->dry_run, "read and check the sets and say what would be done");
  add_output_flags(*command, options->output);
  command->footer(kExample);
  command->callback([options, &session] {
    session.run = [options, &session] { run(*options, session); };
    session.takes_ranks = true;
  });
}

}  // namespace cmgems::apps
