// cmgems finetune: a pretrained model and labelled sequences -> scores beside the baselines of the same draws.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "cmgems/base/atomic_file.h"
#include "cmgems/base/error.h"
#include "cmgems/base/log.h"
#include "command.h"
#include "finetune_resume.h"
#include "finetune_runs.h"
#include "inputs.h"
#include "rank_orders.h"
#include "ranks.h"
#include "report_hint.h"
#include "result_table.h"
#include "run_folder.h"
#include "run_record.h"
#include "shell_word.h"
#include "stopwatch.h"

namespace cmgems::apps {
namespace {

constexpr const char* kExample =
    "Example, without any file, after cmgems pretrain --config smoke.json:\n"
    "  cmgems finetune --task synthetic --shots 10 --runs 3\n"
    "All published tasks that are there, with several numbers of rows:\n"
    "  cmgems finetune --task all --shots 10,50,100,500,1000 --model runs/first\n"
    "Own data (TSV or CSV with the columns sequence and label, or FASTA with label=NAME behind the names):\n"
    "  cmgems finetune --train train.tsv --test test.tsv --model runs/first\n"
    "Interrupted? It goes on behind the runs that are finished:\n"
    "  cmgems finetune --resume runs/finetune-...";

struct Options {
  ConfigFlags config;
  OutputFlags output;
  std::optional<std::string> task, train, dev, test, model, data, baseline;
  std::vector<std::int64_t> shots;
  std::optional<std::int64_t> runs, seed;
  std::optional<double> split;
  std::string out;
  std::optional<std::string> resume;  // a run folder, or empty
  bool overwrite = false;
};

std::string list_text(const std::vector<std::int64_t>& numbers) {
  std::string text;
  for (const auto number : numbers) text += (text.empty() ? "[" : ",") + std::to_string(number);
  return text + "]";
}

/// Named flags go through the same checks as the file.
void apply_flags(config::Config& config, const Options& options) {
  auto& inputs = config.inputs;
  if (options.task) {
    inputs.task = options.task;
    inputs.train_table = inputs.dev_table = inputs.test_table = std::nullopt;
  }
  if (options.train || options.dev || options.test) inputs.task = options.task;  // a flag wins over the file's task
  if (options.train) inputs.train_table = options.train;
  if (options.dev) inputs.dev_table = options.dev;
  if (options.test) inputs.test_table = options.test;
  if (options.model) inputs.model = options.model;
  if (options.data) inputs.data = options.data;
  if (options.split && inputs.test_table) {
    throw UsageError("--split and --test exclude each other: test rows of their own, or a share of the training rows");
  }
  std::vector<std::string> settings;
  if (!options.shots.empty()) settings.push_back("finetune.shots=" + list_text(options.shots));
  if (options.runs) settings.push_back("finetune.runs=" + std::to_string(*options.runs));
  if (options.seed) settings.push_back("finetune.seed=" + std::to_string(*options.seed));
  if (options.split) settings.push_back("finetune.test_share=" + decimals(*options.split, 6));
  if (options.baseline) settings.push_back(words_assignment("finetune.baseline", *options.baseline));
  config::apply_assignments(config, settings);
}

config::Config configure(const Options& options) {
  config::Config config = load_config(options.config);
  apply_flags(config, options);
  config::validate(config);
  if (!config.inputs.task && !config.inputs.train_table) {
    std::string known;
    for (const auto& name : tasks::known_tasks()) known += (known.empty() ? "" : ", ") + name;
    throw UsageError("finetune needs --task (" + known + ", or all) or own data (--train, and --test if you like)");
  }
  return config;
}

/// Stores the published values that null stands for, so that the run's config.json says what was done. Several numbers
/// of shots have several: they stay null.
void resolve_plan(config::FinetuneOptions& options, const std::vector<FinetuneCell>& cells) {
  if (cells.size() > 1) return;
  const auto& [task, shots] = cells.front();
  const auto every = static_cast<std::int64_t>(task.pool.examples.size()) / task.classes;
  const auto plan = train::finetune_plan(options, shots > 0 ? shots : every);
  options.epochs = plan.epochs;
  if (options.learning_rates.empty()) options.learning_rate = plan.learning_rate;
  options.batch_size = plan.batch_size;
}

/// A run that goes on does so as it began.
void check_resume_flags(const Options& options) {
  const bool settings = !options.config.file.empty() || !options.config.assignments.empty() || options.config.device ||
                        options.task || options.train || options.dev || options.test || options.model || options.data ||
                        options.baseline || !options.shots.empty() || options.runs || options.seed || options.split;
  if (settings || options.overwrite) {
    throw UsageError(
        "--resume goes on with the settings of the run: leave out all others, or start anew in a folder "
        "of its own");
  }
}

void tell_model(const FinetuneRuns& runs, const std::filesystem::path& model, Stopwatch& watch) {
  const auto& shape = runs.description().shape;
  log_debug("model: k=" + std::to_string(runs.description().k) + ", " + std::to_string(shape.num_hidden_layers) +
            " layers of " + std::to_string(shape.hidden_size) + ", " + std::to_string(shape.max_position_embeddings) +
            " positions; read, and all rows tokenized, in " + watch.text());
  if (!model.empty()) log_info("the encoder's weights come from " + model.string() + "; pooler and classifier are new");
}

/// The runs that are left, with the record of what they cost.
std::vector<FinetuneResult> do_runs(FinetuneRuns& runs, FinishedRuns& finished, const FinetuneJob& job,
                                    RunRecord& record, const Session& session, bool resumed) {
  if (resumed) {
    finished.note("resume");
    log_info(std::to_string(finished.count()) + " runs are finished; their results are taken as they are");
  }
  const auto write = [&] {
    record.compute_cost["finetuning"] = finished.seconds();
    write_run_record(job.run / "run.json", session, job.config, record);
  };
  const StopRule stop(std::chrono::steady_clock::now(), {});
  try {
    auto results = runs.run(finished, stop, *session.ranks);
    write();
    return results;
  } catch (const Error& error) {
    if (error.code() != ExitCode::interrupted) throw;
    finished.note("interrupt", error.what());
    write();
    throw Error(ExitCode::interrupted,
                std::string("stopped by ") + error.what() + " after " + std::to_string(finished.count()) +
                    " finished runs; continue with: cmgems finetune --resume " + shell_word(job.run.string()));
  }
}

void print_finished(const std::filesystem::path& run, bool json) {
  if (json) return void(std::cout << read_file(run / "results.json"));
  std::cout << "the run " << run.string() << " is finished, nothing was done; its scores are in "
            << (run / "results.json").string() << "\n";
}

/// The other ranks do their runs of what the first one was asked for.
void follow(parallel::Ranks& ranks) {
  const auto order = await_order(ranks);
  if (order.empty()) return;
  const auto told = nlohmann::json::parse(order);
  config::Config config;
  config::apply_json(config, told.at("config").get<std::string>(), "the configuration of rank 0");
  const std::filesystem::path path = told.at("run").get<std::string>(), model = told.at("model").get<std::string>();
  const int k = model.empty() ? static_cast<int>(config.data.k) : formats::read_model_description(model).k;
  auto data = load_labelled_data(config, k);
  start_compute(config.compute);
  const auto cells = finetune_cells(data, config.finetune.shots, config.inputs.task == "all");
  const FinetuneJob job{config, path, model};
  FinetuneRuns runs(job, cells);
  FinishedRuns finished(path, ranks.rank());
  const StopRule stop(std::chrono::steady_clock::now(), {});
  runs.follow(finished, stop, ranks);
}

void run(Options options, Session& session) {
  start_logging(options.output);
  auto compute = several_ranks() ? load_config(options.config).compute : config::ComputeOptions{};
  auto& ranks = start_ranks(session, compute);
  if (!ranks.first()) return follow(ranks);
  RankOrders orders(ranks);
  std::optional<IgnoredPipe> pipe;
  pipe.emplace();
  std::unique_ptr<RunFolder> folder;
  std::filesystem::path resumed;
  if (options.resume) {
    check_resume_flags(options);
    resumed = resumed_finetuning(*options.resume, options.out);
    folder = std::make_unique<RunFolder>(resumed);
    if (read_run_record(resumed / "run.json")->finished) return print_finished(resumed, options.output.json);
    options.config.file = (resumed / "config.json").string();
  }
  config::Config config = configure(options);
  const bool all = config.inputs.task == "all";
  const auto model = resolve_model(config, session);
  const int k = model.empty() ? static_cast<int>(config.data.k) : formats::read_model_description(model).k;
  auto data = load_labelled_data(config, k);
  start_compute(config.compute);

  const auto cells = finetune_cells(data, config.finetune.shots, all);
  resolve_plan(config.finetune, cells);
  const auto path = resumed.empty() ? choose_run_folder(options.out, "finetune", model, options.overwrite) : resumed;
  RunRecord record{"finetune", hashes_of_inputs(model, data), {}, config.finetune.seed, 0, false};
  if (!resumed.empty()) require_same_inputs(resumed, record.hashes);
  // A damaged model, one without room for a sequence: before an earlier run in the folder is replaced.
  Stopwatch watch;
  const FinetuneJob job{config, path, model};
  FinetuneRuns runs(job, cells);
  tell_model(runs, model, watch);
  if (!folder) folder = std::make_unique<RunFolder>(path, options.overwrite);
  log_info("run: " + path.string());
  if (resumed.empty()) {
    write_run_record(folder->file("run.json"), session, config, record);  // first: it says that the folder is a run
    write_file_atomic(folder->file("config.json"), config::to_json(config));
  }
  FinishedRuns finished(path);  // before the others add to theirs
  if (!ranks.alone()) {
    orders.tell(nlohmann::json{{"config", config::to_json(config)},
                               {"run", std::filesystem::absolute(path).string()},
                               {"model", model.empty() ? "" : std::filesystem::absolute(model).string()}}
                    .dump());
  }
  const auto results = do_runs(runs, finished, job, record, session, !resumed.empty());
  const auto json = finetune_json(results, data.left_out);
  write_file_atomic(folder->file("results.json"), json);
  record.finished = true;
  write_run_record(folder->file("run.json"), session, config, record);
  pipe.reset();
  options.output.json ? void(std::cout << json) : print_finetune_text(std::cout, results, data.left_out);
  tell_report(path);
}

}  // namespace

void add_finetune(CLI::App& app, Session& session) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("finetune", "Fine-tune a model on labelled sequences and score it on a test set");
  command->add_option(
      "--task", options->task,
      "few-shot task: prom-core, prom-300, cohn-enh, splice-40, sil-300, synthetic; several with commas; "
      "all = those whose files are there");
  command
      ->add_option("--shots", options->shots,
                   "training rows per class, several with commas (default: 10 for a task, every row for own data)")
      ->delimiter(',');
  command->add_option("--runs", options->runs, "runs, each with its own draw (default: 10 for a task, 1 for own data)");
  command->add_option("--seed", options->seed, "run r uses seed + r (default: 1)");
  command->add_option("--train", options->train,
                      "own training rows: TSV or CSV with columns sequence and label, or FASTA with label=NAME behind "
                      "the names");
  command->add_option("--dev", options->dev, "own rows for early stopping and the choice of a learning rate");
  command->add_option("--test", options->test, "own test rows (default: a share of the training rows)");
  command->add_option("--split", options->split, "share of each class that is drawn as test rows (default: 0.2)");
  command->add_option("--model", options->model,
                      "run folder, model folder, or random (default: the newest finished pretraining under ./runs)");
  command->add_option("--data", options->data, "data folder of the tasks (default: $CMGEMS_DATA, else ./data)");
  command->add_option("--baseline", options->baseline,
                      "rows beside the model, with commas: kmer, majority, random-encoder or random-init (the same) "
                      "(default: kmer,majority)");
  add_config_flags(*command, options->config);
  command->add_option("--out", options->out, "run folder (default: runs/finetune-<date>-<time>)");
  command->add_flag("--overwrite", options->overwrite, "replace the run in a folder that is not empty");
  command
      ->add_option_function<std::string>(
          "--resume", [options](const std::string& run) { options->resume = run; },
          "go on with a run that was stopped or killed, behind its finished runs; without a word the one in --out, "
          "else "
          "the newest unfinished one under runs/")
      ->expected(0, 1)
      ->type_name("[RUN]");
  add_output_flags(*command, options->output);
  command->footer(kExample);
  command->callback([options, &session] {
    session.run = [options, &session] { run(*options, session); };
    session.takes_ranks = true;
  });
}

}  // namespace cmgems::apps
