// cmgems finetune: a pretrained model and labelled sequences -> scores beside the baselines of the same draws.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>
#include <unordered_set>

#include "baselines.h"
#include "cmgems/base/atomic_file.h"
#include "cmgems/base/error.h"
#include "cmgems/base/log.h"
#include "command.h"
#include "finetune_report.h"
#include "inputs.h"
#include "result_table.h"
#include "run_folder.h"
#include "run_record.h"

namespace cmgems::apps {
namespace {

constexpr std::int64_t kTaskShots = 10;
constexpr std::int64_t kTaskRuns = 10;
constexpr const char* kExample =
    "Example, without any file, after cmgems pretrain --config smoke.json:\n"
    "  cmgems finetune --task synthetic --shots 10 --runs 3\n"
    "Own data (columns sequence and label, TSV or CSV):\n"
    "  cmgems finetune --train train.tsv --test test.tsv --model runs/first";

struct Options {
  ConfigFlags config;
  OutputFlags output;
  std::optional<std::string> task, train, test, model, data;
  std::optional<std::int64_t> shots, runs, seed;
  std::string out;
  bool overwrite = false;
};

/// Named flags go through the same checks as the file.
void apply_flags(config::Config& config, const Options& options) {
  auto& inputs = config.inputs;
  if (options.task) {
    inputs.task = options.task;
    inputs.train_table = inputs.test_table = std::nullopt;
  }
  if (options.train || options.test) inputs.task = options.task;  // a flag wins over the file's task
  if (options.train) inputs.train_table = options.train;
  if (options.test) inputs.test_table = options.test;
  if (options.model) inputs.model = options.model;
  if (options.data) inputs.data = options.data;
  std::vector<std::string> numbers;
  if (options.shots) numbers.push_back("finetune.shots=" + std::to_string(*options.shots));
  if (options.runs) numbers.push_back("finetune.runs=" + std::to_string(*options.runs));
  if (options.seed) numbers.push_back("finetune.seed=" + std::to_string(*options.seed));
  config::apply_assignments(config, numbers);
}

config::Config configure(const Options& options) {
  config::Config config = load_config(options.config);
  apply_flags(config, options);
  config::validate(config);
  if (!config.inputs.task && !config.inputs.train_table) {
    std::string known;
    for (const auto& name : tasks::known_tasks()) known += (known.empty() ? "" : ", ") + name;
    throw UsageError("finetune needs --task (" + known + ") or own data (--train and --test)");
  }
  return config;
}

std::size_t shared_sequences(const tasks::LabelledTable& pool, const tasks::LabelledTable& test) {
  std::unordered_set<std::string_view> seen;
  for (const auto& example : pool.examples) seen.insert(example.sequence);
  return static_cast<std::size_t>(std::count_if(test.examples.begin(), test.examples.end(),
                                                [&](const auto& example) { return seen.contains(example.sequence); }));
}

tasks::TaskData load_own_data(config::Config& config) {
  auto& inputs = config.inputs;
  tasks::TaskData task;
  task.name = std::filesystem::path(*inputs.train_table).filename().string();
  task.pool = tasks::read_labelled_table(*inputs.train_table);
  task.test = tasks::read_labelled_table(*inputs.test_table);
  task.classes = std::max(task.pool.classes(), task.test.classes());
  if (task.classes < 2) throw DataError(*inputs.train_table + ": a single label; two or more classes are needed");
  if (const auto shared = shared_sequences(task.pool, task.test); shared > 0) {
    task.notes.push_back(std::to_string(shared) + " of " + std::to_string(task.test.examples.size()) +
                         " test sequences also occur in the training rows");
  }
  inputs.train_table = absolute_path(*inputs.train_table);
  inputs.test_table = absolute_path(*inputs.test_table);
  return task;
}

tasks::TaskData load_data(config::Config& config) {
  auto& finetune = config.finetune;
  if (config.inputs.train_table) {
    if (!finetune.runs) finetune.runs = 1;
    return load_own_data(config);
  }
  if (!finetune.shots) finetune.shots = kTaskShots;
  if (!finetune.runs) finetune.runs = kTaskRuns;
  const bool needs_files = *config.inputs.task != "synthetic";
  return tasks::load_task(*config.inputs.task, needs_files ? resolve_data(config) : std::filesystem::path("data"));
}

/// Stores the published values that null stands for, so that the run's config.json says what was done.
train::FinetunePlan resolve_plan(config::FinetuneOptions& options, const tasks::TaskData& task) {
  const auto every = static_cast<std::int64_t>(task.pool.examples.size()) / task.classes;
  const auto plan = train::finetune_plan(options, options.shots.value_or(every));
  options.epochs = plan.epochs;
  options.learning_rate = plan.learning_rate;
  options.batch_size = plan.batch_size;
  return plan;
}

double mean_accuracy(const MethodScores& method) {
  double sum = 0;
  for (const auto& scores : method.runs) sum += scores.accuracy;
  return sum / static_cast<double>(method.runs.size());
}

/// A model that does not beat what costs nothing has not earned its pretraining: say so in words.
void add_comparison(FinetuneResult& result) {
  const auto& model = result.methods.front();
  for (std::size_t i = 1; i < result.methods.size(); ++i) {
    const auto& other = result.methods[i];
    if (mean_accuracy(model) <= mean_accuracy(other)) {
      result.notes.push_back("the fine-tuned model does not beat: " + other.name);
    }
  }
}

void add_notes(FinetuneResult& result, const tasks::TaskData& task) {
  result.notes = task.notes;
  add_comparison(result);
  const auto draw = tasks::draw_note(task.pool, task.classes, static_cast<int>(result.shots));
  if (!draw.empty() && result.model_runs.size() > 1) result.notes.push_back(draw);
  const auto collapsed =
      std::count_if(result.model_runs.begin(), result.model_runs.end(), [](const auto& run) { return run.collapsed; });
  if (collapsed > 0) {
    result.notes.push_back(std::to_string(collapsed) + " of " + std::to_string(result.model_runs.size()) +
                           " runs collapsed: the model predicted a single class for the whole test set (a lower "
                           "finetune.learning_rate or more rows may help)");
  }
}

FinetuneResult start_result(const config::Config& config, const tasks::TaskData& task, const std::string& model) {
  FinetuneResult result;
  result.task = task.name;
  result.model = model.empty() ? "random" : model;
  result.pool = task.pool.path;
  result.test = task.test.path;
  result.classes = task.classes;
  result.pool_rows = task.pool.examples.size();
  result.test_rows = task.test.examples.size();
  result.shots = config.finetune.shots.value_or(0);
  result.methods = {{model.empty() ? "fine-tuned random encoder" : "fine-tuned " + model, {}}};
  for (const auto& name : config.finetune.baseline) result.methods.push_back({baseline_title(name), {}});
  return result;
}

/// One run: the model and the baselines on the same rows.
void add_run(FinetuneResult& result, const config::Config& config, const tasks::TaskData& task,
             const std::filesystem::path& model, std::int64_t number) {
  const auto seed = static_cast<std::uint64_t>(config.finetune.seed + number);
  const auto rows = tasks::draw_shots(task.pool, task.classes, static_cast<int>(result.shots), seed);
  const auto keep = number == 0 ? result.run / "model" : std::filesystem::path{};
  result.model_runs.push_back(train::finetune_run(config, task, rows, seed, {model}, keep));
  const auto& run = result.model_runs.back();
  result.methods[0].runs.push_back(run.model);
  std::string beside;
  for (std::size_t i = 0; i < config.finetune.baseline.size(); ++i) {
    const auto scores = score_baseline(config.finetune.baseline[i], {config, task, rows, seed, model});
    result.methods[i + 1].runs.push_back(scores);
    beside += ", " + config.finetune.baseline[i] + " " + decimals(scores.accuracy, 3);
  }
  log_info("run " + std::to_string(number + 1) + "/" + std::to_string(*config.finetune.runs) + " (seed " +
           std::to_string(seed) + "): accuracy " + decimals(run.model.accuracy, 3) + ", MCC " +
           decimals(run.model.mcc, 3) + beside + ", " + decimals(run.seconds, 1) + " s" +
           (run.collapsed ? ", collapsed to one class" : ""));
}

/// Whether `path` lies in `folder`: replacing the folder would delete it.
bool lies_within(const std::filesystem::path& path, const std::filesystem::path& folder) {
  const auto inner = std::filesystem::weakly_canonical(path), outer = std::filesystem::weakly_canonical(folder);
  return std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end();
}

void run(const Options& options, const Session& session) {
  start_logging(options.output);
  config::Config config = configure(options);
  const auto task = load_data(config);
  const auto model = resolve_model(config, session);
  start_compute(config.compute);

  FinetuneResult result = start_result(config, task, model.string());
  result.plan = resolve_plan(config.finetune, task);
  tasks::draw_shots(task.pool, task.classes, static_cast<int>(result.shots),
                    0);  // too few rows: say so before a folder is made
  result.run = options.out.empty() ? default_run_folder("finetune") : std::filesystem::path(options.out);
  if (!model.empty() && lies_within(model, result.run)) {
    throw UsageError("--out " + result.run.string() +
                     " holds the model that is to be fine-tuned: choose another folder");
  }
  const RunFolder folder(result.run, options.overwrite);
  log_info("run: " + result.run.string());
  RunRecord record{"finetune", {}, {}, config.finetune.seed, 0, false};
  write_file_atomic(folder.file("config.json"), config::to_json(config));
  write_run_record(folder.file("run.json"), session, config, record);

  for (std::int64_t number = 0; number < *config.finetune.runs; ++number) add_run(result, config, task, model, number);
  add_notes(result, task);
  write_file_atomic(folder.file("results.json"), finetune_json(result));
  for (const auto& each : result.model_runs) record.compute_cost["finetuning"] += each.seconds;
  record.finished = true;
  write_run_record(folder.file("run.json"), session, config, record);
  options.output.json ? void(std::cout << finetune_json(result)) : print_finetune_text(std::cout, result);
}

}  // namespace

void add_finetune(CLI::App& app, Session& session) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("finetune", "Fine-tune a model on labelled sequences and score it on a test set");
  command->add_option("--task", options->task,
                      "few-shot task: prom-core, prom-300, cohn-enh, splice-40, sil-300, synthetic");
  command->add_option("--shots", options->shots,
                      "training rows per class (default: 10 for a task, every row for own data)");
  command->add_option("--runs", options->runs, "runs, each with its own draw (default: 10 for a task, 1 for own data)");
  command->add_option("--seed", options->seed, "run r uses seed + r (default: 1)");
  command->add_option("--train", options->train, "own training table: columns sequence and label, TSV or CSV");
  command->add_option("--test", options->test, "own test table");
  command->add_option("--model", options->model,
                      "run folder, model folder, or random (default: the newest finished pretraining under ./runs)");
  command->add_option("--data", options->data, "data folder of the tasks (default: $CMGEMS_DATA, else ./data)");
  add_config_flags(*command, options->config);
  command->add_option("--out", options->out, "run folder (default: runs/finetune-<date>-<time>)");
  command->add_flag("--overwrite", options->overwrite, "replace the run in a folder that is not empty");
  add_output_flags(*command, options->output);
  command->footer(kExample);
  command->callback([options, &session] { session.run = [options, &session] { run(*options, session); }; });
}

}  // namespace cmgems::apps
