// cmgems pretrain: a genome and a configuration -> a run folder with a model.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "cmgems/base/atomic_file.h"
#include "cmgems/base/error.h"
#include "cmgems/base/hash.h"
#include "cmgems/base/log.h"
#include "cmgems/corpus/windows.h"
#include "cmgems/kmer/vocabulary.h"
#include "command.h"
#include "inputs.h"
#include "observers.h"
#include "pretrain_report.h"
#include "result_table.h"
#include "run_folder.h"
#include "run_record.h"
#include "stopwatch.h"
#include "tables.h"

namespace cmgems::apps {
namespace {

constexpr const char* kExample =
    "Example, without any file (two minutes on two cores):\n"
    "  cmgems pretrain --config smoke.json --out runs/first\n"
    "Shipped configurations: dnabert.json, logo.json (as published), logo-small.json (two cores), smoke.json (try out)";

struct Options {
  ConfigFlags config;
  OutputFlags output;
  std::vector<std::string> genome;
  std::string out;
  bool overwrite = false;
  bool dry_run = false;
};

struct Inputs {
  genome::Genome genome;
  npmi::Table table;
  RunRecord record;
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
  auto& train = config.train;
  if (!train.warmup_steps) train.warmup_steps = train.max_steps / 20;
  const auto schedule = config::schedule_of(config);
  config.curriculum.easy = schedule.options().easy;
  config.curriculum.windows_per_draw = schedule.options().windows_per_draw;
  if (!train.eval_steps) train.eval_steps = std::max<std::int64_t>(1, train.max_steps / 20);
  return config;
}

Inputs load_inputs(config::Config& config) {
  Inputs inputs;
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

/// Makes the run folder and writes what is known, when the inputs have proven good; an earlier run stays until then.
class RunOpener final : public train::Observer {
 public:
  RunOpener(std::filesystem::path path, bool overwrite, const config::Config& config, const Session& session,
            Inputs& inputs)
      : path_(std::move(path)), overwrite_(overwrite), config_(config), session_(session), inputs_(inputs) {}

  void on_start(const train::StartReport& report) override {
    folder_.emplace(path_, overwrite_);
    log_info("run: " + path_.string());
    npmi::write_table(inputs_.table, path_ / "npmi.tsv");
    inputs_.record.hashes["npmi"] = sha256(read_file(path_ / "npmi.tsv"));
    inputs_.record.parameters = report.parameters;
    write_file_atomic(path_ / "config.json", config::to_json(config_));
    write_run_record(path_ / "run.json", session_, config_, inputs_.record);
  }

 private:
  std::filesystem::path path_;
  bool overwrite_;
  const config::Config& config_;
  const Session& session_;
  Inputs& inputs_;
  std::optional<RunFolder> folder_;  // locked until the run is over
};

void train_and_report(const config::Config& config, Inputs& inputs, const std::filesystem::path& path,
                      const Options& options, const Session& session) {
  RunOpener opener(path, options.overwrite, config, session, inputs);
  MetricsWriter metrics(path / "metrics.jsonl", path / "timing.jsonl");
  ProgressLine progress;
  Recorder recorder;
  const auto summary =
      train::pretrain(config, inputs.genome, &inputs.table, path / "model", {&opener, &metrics, &progress, &recorder});
  inputs.record.compute_cost["training"] = summary.seconds;
  inputs.record.finished = true;
  write_run_record(path / "run.json", session, config, inputs.record);
  const PretrainResult result{config, summary, recorder, path};
  options.output.json ? print_pretrain_json(std::cout, result) : print_pretrain_text(std::cout, result);
}

void run(const Options& options, const Session& session) {
  start_logging(options.output);
  config::Config config = configure(options, session);
  const auto path = options.out.empty() ? default_run_folder("pretrain") : std::filesystem::path(options.out);
  if (!options.dry_run) check_run_folder(path, options.overwrite);
  start_compute(config.compute);
  Inputs inputs = load_inputs(config);
  if (options.dry_run) return print_dry_run(config, inputs.genome, options.output.json);
  train_and_report(config, inputs, path, options, session);
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
  command->add_flag("--dry-run", options->dry_run, "do everything but the steps; no run folder is made");
  add_output_flags(*command, options->output);
  command->footer(kExample);
  command->callback([options, &session] { session.run = [options, &session] { run(*options, session); }; });
}

}  // namespace cmgems::apps
