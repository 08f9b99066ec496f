// cmgems pretrain: a genome and a configuration -> a run folder with a model.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "cmgems/base/error.h"
#include "cmgems/base/hash.h"
#include "cmgems/base/log.h"
#include "cmgems/corpus/windows.h"
#include "cmgems/kmer/vocabulary.h"
#include "command.h"
#include "inputs.h"
#include "pretrain_ranks.h"
#include "pretrain_run.h"
#include "rank_orders.h"
#include "ranks.h"
#include "result_table.h"
#include "resume.h"
#include "stopwatch.h"
#include "tables.h"

namespace cmgems::apps {
namespace {

constexpr const char* kExample =
    "Example, without any file (two minutes on two cores):\n"
    "  cmgems pretrain --config smoke.json --out runs/first\n"
    "Interrupted? It goes on where it was:\n"
    "  cmgems pretrain --resume runs/first\n"
    "Shipped configurations: dnabert.json, logo.json (as published), logo-small.json (two cores), smoke.json (try out)";

struct Options {
  ConfigFlags config;
  OutputFlags output;
  ResumeFlags resume;
  std::vector<std::string> genome;
  std::string out;
  std::optional<std::size_t> keep;
  std::optional<double> max_minutes;
  bool overwrite = false;
  bool dry_run = false;
};

config::Config configure(const Options& options, const Session& session) {
  if (options.config.file.empty()) {
    throw UsageError(
        "pretrain needs --config: a JSON file or a shipped one, for example --config smoke.json to try "
        "out, logo-small.json for two cores, logo.json or dnabert.json as published");
  }
  config::Config config = load_config(options.config);
  if (!options.genome.empty()) config.inputs.genome = options.genome;
  config::validate(config);
  resolve_genome(config, session);
  config::resolve(config.model);
  auto& train = config.train;
  if (!train.warmup_steps) train.warmup_steps = train.max_steps / 20;
  const auto schedule = config::schedule_of(config);
  config.curriculum.easy = schedule.options().easy;
  config.curriculum.windows_per_draw = schedule.options().windows_per_draw;
  const auto twentieth = std::max<std::int64_t>(1, train.max_steps / 20);
  if (!train.eval_steps) train.eval_steps = twentieth;
  if (!train.save_steps) train.save_steps = twentieth;
  return config;
}

}  // namespace

PretrainInputs load_pretrain_inputs(config::Config& config) {
  PretrainInputs inputs;
  Stopwatch watch;
  inputs.genome = load_genome(config);
  inputs.record.compute_cost["genome"] = watch.lap();
  log_debug("genome read in " + decimals(inputs.record.compute_cost["genome"], 3) + " s");
  log_info("genome: " + format_count(inputs.genome.size()) + " bases in " +
           format_count(inputs.genome.contigs().size()) + " contigs");
  inputs.record.hashes["genome"] = inputs.genome.hash();
  watch.lap();
  // Maskers that rank nothing get a table, too: the figures of their masks are then those of all the others.
  resolve_table(config);
  inputs.table = load_table(config.npmi, config.data.k, config.compute.threads, &inputs.genome);
  config.npmi.table = absolute_table_name(config.npmi.table);
  config.npmi.definition = inputs.table.definition;
  inputs.record.compute_cost["npmi"] = watch.lap();
  log_debug("NPMI table ready in " + decimals(inputs.record.compute_cost["npmi"], 3) + " s");
  inputs.record.hashes["vocabulary"] = sha256(kmer::Vocabulary(static_cast<int>(config.data.k)).text());
  inputs.record.command = "pretrain";
  inputs.record.seed = config.train.seed;
  return inputs;
}

namespace {

void print_dry_run(const config::Config& config, const genome::Genome& genome, bool json) {
  const auto windows = corpus::cut_windows(genome, config.data, static_cast<std::uint64_t>(config.train.seed));
  const auto drawn = config.train.max_steps * config.train.windows_per_step;
  const double epochs =
      static_cast<double>(drawn) / static_cast<double>(std::max<std::size_t>(1, windows.train.size()));
  if (json) {
    nlohmann::ordered_json result = {{"command", "pretrain"},
                                     {"dry_run", true},
                                     {"training_windows", windows.train.size()},
                                     {"validation_windows", windows.validation.size()},
                                     {"steps", config.train.max_steps},
                                     {"epochs", epochs}};
    std::cout << result.dump(2) << "\n";
    return;
  }
  std::cout << "would train " << config.train.max_steps << " steps of " << config.train.windows_per_step
            << " windows on " << format_count(windows.train.size()) << " training windows (" << epochs
            << " epochs), measured on " << format_count(windows.validation.size()) << " validation windows\n";
}

bool finished(const std::filesystem::path& run) {
  const auto record = read_run_record(run / "run.json");
  return record && record->finished;
}

/// Everything else stays what it is, also what max_steps / 20 came to. -> whether there are more steps now.
bool extend(config::Config& config, const std::optional<std::int64_t>& steps) {
  if (!steps) return false;
  if (*steps < config.train.max_steps) {
    throw UsageError("--extend-to " + std::to_string(*steps) + ": the run goes to step " +
                     std::to_string(config.train.max_steps) + " as it is; name a later one");
  }
  return std::exchange(config.train.max_steps, *steps) < *steps;
}

void print_finished(const std::filesystem::path& run, bool json) {
  const nlohmann::ordered_json result = {
      {"command", "pretrain"}, {"run", run.string()}, {"model", (run / "model").string()}, {"finished", true}};
  if (json) {
    std::cout << result.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << "\n";
    return;
  }
  std::cout << "the run " << run.string() << " is finished, nothing was done; --extend-to STEPS goes on with it\n";
}

void check_flags(const Options& options) {
  if (options.resume.asked && options.overwrite) {
    throw UsageError("--resume and --overwrite exclude each other: continue the run, or replace it");
  }
  if (options.resume.asked && options.dry_run) throw UsageError("--dry-run is for new runs: leave out --resume");
}

/// Locks the run that is to go on, and takes its configuration unless another one is given.
void take_up(PretrainPlan& plan, Options& options) {
  plan.earlier = std::make_unique<RunFolder>(plan.run);
  if (!options.config.file.empty()) return;
  const auto file = plan.run / "config.json";
  if (!std::filesystem::exists(file)) {
    throw InputNotFound("no " + file.string() + ": the run was killed before it began; name its --config once more");
  }
  options.config.file = file.string();
}

/// --resume without a run and without --out; `config`: what was asked for, if anything.
void look_for_run(PretrainPlan& plan, Options& options, const std::optional<config::Config>& config) {
  for (const auto& run : unfinished_runs(config)) {
    try {
      plan.run = run;
      take_up(plan, options);
      return log_info("run: " + run.string() + " (default: the newest unfinished one under runs/)");
    } catch (const FolderInUse&) {
      plan.run.clear();  // somebody was faster
    }
  }
  if (options.resume.automatic()) return log_info("no unfinished run to continue under runs/: a new one starts");
  throw InputNotFound(std::string("no unfinished run") + (config ? " of this configuration" : "") +
                      " was found under runs/: name one with --resume RUN, or leave --resume out");
}

/// What the other ranks need to be found, from where it can be read before the run is chosen.
config::ComputeOptions early_compute(const Options& options) {
  auto flags = options.config;
  const bool named = !options.resume.automatic() && !options.resume.run.empty();
  const auto file = std::filesystem::path(named ? options.resume.run : options.out) / "config.json";
  if (flags.file.empty() && options.resume.asked && std::filesystem::exists(file)) flags.file = file.string();
  return load_config(flags).compute;
}

/// Another number of ranks has another number of threads for each, unless it is told.
void forget_threads(config::ComputeOptions& compute, Options& options) {
  auto& allowed = options.resume.allow_mismatch;
  if (std::find(allowed.begin(), allowed.end(), "world_size") == allowed.end()) return;
  const auto& told = options.config.assignments;
  const bool named =
      std::any_of(told.begin(), told.end(), [](const auto& word) { return word.starts_with("compute.threads"); });
  if (!named) compute.threads = 0;
  allowed.emplace_back("compute.threads");
}

void run(Options options, Session& session) {
  PretrainPlan plan;
  plan.start = std::chrono::steady_clock::now();
  plan.pipe.emplace();
  start_logging(options.output);
  check_flags(options);
  auto compute = several_ranks() ? early_compute(options) : config::ComputeOptions{};
  auto& ranks = start_ranks(session, compute, RankUse::training);
  if (!ranks.first()) return follow_pretraining(ranks, plan.start);
  RankOrders orders(ranks);
  plan.run = named_run(options.resume, options.out);
  const bool search = options.resume.asked && plan.run.empty() && options.out.empty();
  if (!plan.run.empty()) take_up(plan, options);
  if (search && options.config.file.empty()) look_for_run(plan, options, {});
  if (plan.earlier && finished(plan.run) && !options.resume.extend_to) {
    return print_finished(plan.run, options.output.json);
  }

  config::Config config = configure(options, session);
  forget_threads(config.compute, options);
  const bool extended = extend(config, options.resume.extend_to);
  if (plan.earlier && finished(plan.run) && !extended) return print_finished(plan.run, options.output.json);
  const auto out = options.out.empty() ? default_run_folder("pretrain") : std::filesystem::path(options.out);
  if (plan.run.empty() && !search && !options.dry_run) check_run_folder(out, options.overwrite);
  start_compute(config.compute);
  if (search && plan.run.empty()) look_for_run(plan, options, config);
  if (plan.run.empty()) plan.run = out;

  if (!options.dry_run) orders.tell(config::to_json(config));
  PretrainInputs inputs = load_pretrain_inputs(config);
  if (options.dry_run) return print_dry_run(config, inputs.genome, options.output.json);
  plan.overwrite = options.overwrite;
  plan.keep = options.keep;
  plan.max_minutes = options.max_minutes;
  plan.allow_mismatch = options.resume.allow_mismatch;
  if (options.resume.extend_to) plan.allow_mismatch.emplace_back("train.max_steps");
  run_pretraining(config, inputs, plan, session, options.output.json);
}

}  // namespace

void add_pretrain(CLI::App& app, Session& session) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("pretrain", "Pretrain a model on a genome");
  add_config_flags(*command, options->config);
  command->add_option(
      "--genome", options->genome,
      "FASTA (.gz too) or .2bit files, or builtin:synthetic (default: the configuration's, else the one "
      "genome file in $CMGEMS_DATA/genome or ./data/genome)");
  command->add_option("--out", options->out, "run folder (default: runs/pretrain-<date>-<time>)");
  command->add_flag("--overwrite", options->overwrite, "replace the run in a folder that is not empty");
  add_resume_flags(*command, options->resume);
  command
      ->add_option("--keep", options->keep, "checkpoints that are kept, at least 2 (default: what the run had, else 2)")
      ->check(CLI::Range(2, 1'000'000));
  command
      ->add_option("--max-minutes", options->max_minutes,
                   "stop after so many minutes, save, and end with exit code 75 (default: none); so do SIGTERM, "
                   "SIGINT, SIGUSR1 and SIGHUP")
      ->check(CLI::PositiveNumber);
  command->add_flag("--dry-run", options->dry_run, "do everything but the steps; no run folder is made");
  add_output_flags(*command, options->output);
  command->footer(kExample);
  command->callback([options, &session] {
    session.run = [options, &session] { run(*options, session); };
    session.takes_ranks = true;
  });
}

}  // namespace cmgems::apps
