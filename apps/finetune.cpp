// cmgems finetune: a pretrained model and labelled sequences -> scores beside the baselines of the same draws.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>

#include "baselines.h"
#include "cmgems/base/atomic_file.h"
#include "cmgems/base/error.h"
#include "cmgems/base/log.h"
#include "command.h"
#include "finetune_progress.h"
#include "finetune_report.h"
#include "inputs.h"
#include "labelled_data.h"
#include "report_hint.h"
#include "result_table.h"
#include "run_folder.h"
#include "run_record.h"
#include "stopwatch.h"

namespace cmgems::apps {
namespace {

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
void add_run(FinetuneResult& result, const config::FinetuneOptions& options, const tasks::TaskData& task,
             const train::Finetuner& finetuner, FinetuneProgressLine& progress) {
  const auto number = static_cast<std::int64_t>(result.model_runs.size());
  const auto seed = static_cast<std::uint64_t>(options.seed + number);
  const auto rows = tasks::draw_shots(task.pool, task.classes, static_cast<int>(result.shots), seed);
  const auto tell = [&](const train::FinetuneProgress& now) { progress.update(now); };
  const auto keep = number == 0 ? result.run / "model" : std::filesystem::path{};
  result.model_runs.push_back(finetuner.run(rows, seed, {false, keep, tell}));
  const auto& run = result.model_runs.back();
  result.methods[0].runs.push_back(run.model);
  std::string beside;
  for (std::size_t i = 0; i < options.baseline.size(); ++i) {
    const auto scores = score_baseline(options.baseline[i], {task, rows, seed, finetuner, tell});
    result.methods[i + 1].runs.push_back(scores);
    beside += ", " + options.baseline[i] + " " + decimals(scores.accuracy, 3);
  }
  progress.finish();
  log_info("run " + std::to_string(number + 1) + "/" + std::to_string(*options.runs) + " (seed " +
           std::to_string(seed) + "): accuracy " + decimals(run.model.accuracy, 3) + ", MCC " +
           decimals(run.model.mcc, 3) + beside + ", " + decimals(run.seconds, 1) + " s" +
           (run.collapsed ? ", collapsed to one class" : ""));
}

/// Whether `path` lies in `folder`: replacing the folder would delete it.
bool lies_within(const std::filesystem::path& path, const std::filesystem::path& folder) {
  const auto inner = std::filesystem::weakly_canonical(path), outer = std::filesystem::weakly_canonical(folder);
  return std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end();
}

/// Where the run goes. Throws: UsageError (a folder that is taken, or that holds the model).
std::filesystem::path choose_run_folder(const Options& options, const std::filesystem::path& model) {
  const auto run = options.out.empty() ? default_run_folder("finetune") : std::filesystem::path(options.out);
  if (!model.empty() && lies_within(model, run)) {
    throw UsageError("--out " + run.string() + " holds the model that is to be fine-tuned: choose another folder");
  }
  check_run_folder(run, options.overwrite);
  return run;
}

void add_runs(FinetuneResult& result, const config::FinetuneOptions& options, const tasks::TaskData& task,
              const train::Finetuner& finetuner) {
  FinetuneProgressLine progress(
      *options.runs, 1 + std::count(options.baseline.begin(), options.baseline.end(), std::string("random-encoder")));
  for (std::int64_t number = 0; number < *options.runs; ++number) add_run(result, options, task, finetuner, progress);
  add_notes(result, task);
}

void run(const Options& options, const Session& session) {
  start_logging(options.output);
  config::Config config = configure(options);
  const auto task = load_labelled_data(config);
  const auto model = resolve_model(config, session);
  start_compute(config.compute);

  FinetuneResult result = start_result(config, task, model.string());
  result.plan = resolve_plan(config.finetune, task);
  result.run = choose_run_folder(options, model);
  // Too few rows, sequences that are too long, a damaged model: before an earlier run in the folder is replaced.
  tasks::draw_shots(task.pool, task.classes, static_cast<int>(result.shots), 0);
  Stopwatch watch;
  const train::Finetuner finetuner(config, task, model);
  const auto& shape = finetuner.description().shape;
  log_debug("model: k=" + std::to_string(finetuner.description().k) + ", " + std::to_string(shape.num_hidden_layers) +
            " layers of " + std::to_string(shape.hidden_size) + ", " + std::to_string(shape.max_position_embeddings) +
            " positions; read, and all rows tokenized, in " + watch.text());
  if (!model.empty()) log_info("the encoder's weights come from " + model.string() + "; pooler and classifier are new");
  const RunFolder folder(result.run, options.overwrite);
  log_info("run: " + result.run.string());
  RunRecord record{"finetune", {}, {}, config.finetune.seed, 0, false};
  write_file_atomic(folder.file("config.json"), config::to_json(config));
  write_run_record(folder.file("run.json"), session, config, record);

  add_runs(result, config.finetune, task, finetuner);
  write_file_atomic(folder.file("results.json"), finetune_json(result));
  for (const auto& each : result.model_runs) record.compute_cost["finetuning"] += each.seconds;
  record.finished = true;
  write_run_record(folder.file("run.json"), session, config, record);
  options.output.json ? void(std::cout << finetune_json(result)) : print_finetune_text(std::cout, result);
  tell_report(result.run);
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
