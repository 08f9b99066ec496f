#include "finetune_runs.h"

#include <algorithm>

#include "baselines.h"
#include "cmgems/base/error.h"
#include "cmgems/base/log.h"
#include "finetune_notes.h"
#include "finetune_progress.h"
#include "path_from_here.h"
#include "result_table.h"

namespace cmgems::apps {
namespace {

std::string name_of(const FinetuneCell& cell) {
  return cell.task.name + (cell.shots > 0 ? ", " + std::to_string(cell.shots) + " shots" : "");
}

void add_notes(FinetuneResult& result, const tasks::TaskData& task) {
  const auto add = [&](const std::vector<std::string>& notes) {
    result.notes.insert(result.notes.end(), notes.begin(), notes.end());
  };
  result.notes = task.notes;
  add(comparison_notes(result));
  const auto draw = tasks::draw_note(task.pool, task.classes, static_cast<int>(result.shots));
  if (!draw.empty() && result.model_runs.size() > 1) result.notes.push_back(draw);
  add(collapse_notes(result));
}

FinetuneResult start_result(const FinetuneJob& job, const FinetuneCell& cell) {
  const auto& task = cell.task;
  const std::string model = path_from_here(job.model).string();
  FinetuneResult result;
  result.task = task.name;
  result.model = model.empty() ? "random" : model;
  result.run = path_from_here(job.run);
  result.pool = task.pool.path;
  result.test = task.test.path;
  if (task.dev) result.dev = task.dev->path;
  result.classes = task.classes;
  result.labels = task.labels;
  result.pool_rows = task.pool.examples.size();
  result.dev_rows = task.dev ? task.dev->examples.size() : 0;
  result.test_rows = task.test.examples.size();
  result.shots = cell.shots;
  result.options = job.config.finetune;
  const auto every = static_cast<std::int64_t>(task.pool.examples.size()) / task.classes;
  result.plan = train::finetune_plan(result.options, cell.shots > 0 ? cell.shots : every);
  result.methods = {{model.empty() ? "fine-tuned random encoder" : "fine-tuned " + model, "model", {}}};
  for (const auto& name : result.options.baseline) result.methods.push_back({baseline_title(name), name, {}});
  return result;
}

/// One run: the model and the baselines on the same rows.
FinishedRun do_run(const FinetuneCell& cell, const train::Finetuner& finetuner, const config::FinetuneOptions& options,
                   std::uint64_t seed, train::FinetuneRunOptions how) {
  FinishedRun run;
  const auto rows = tasks::draw_shots(cell.task.pool, cell.task.classes, static_cast<int>(cell.shots), seed);
  run.model = finetuner.run(rows, seed, how);
  for (const auto& name : options.baseline) {
    run.baselines.push_back(score_baseline(name, {cell.task, rows, seed, finetuner, how.on_progress}));
  }
  return run;
}

void tell_run(const FinetuneCell& cell, const FinishedRun& run, const config::FinetuneOptions& options,
              std::int64_t number) {
  const auto& model = run.model;
  std::string beside;
  for (std::size_t i = 0; i < options.baseline.size(); ++i) {
    beside += ", " + options.baseline[i] + " " + decimals(run.baselines[i].accuracy, 3);
  }
  log_info(name_of(cell) + ": run " + std::to_string(number + 1) + "/" + std::to_string(*options.runs) + " (seed " +
           std::to_string(model.seed) + "): accuracy " + decimals(model.model.accuracy, 3) + ", MCC " +
           decimals(model.model.mcc, 3) + beside + ", " + decimals(model.seconds, 1) + " s" +
           (model.collapsed ? ", collapsed to one class" : ""));
}

}  // namespace

std::vector<FinetuneCell> finetune_cells(LabelledData& data, const std::vector<std::int64_t>& shots, bool lenient) {
  std::vector<FinetuneCell> cells;
  std::string reasons;
  for (const auto& task : data.tasks) {
    for (const auto each : shots.empty() ? std::vector<std::int64_t>{0} : shots) {
      try {
        tasks::draw_shots(task.pool, task.classes, static_cast<int>(each), 0);
        cells.push_back({task, each});
      } catch (const DataError& error) {
        if (!lenient) throw;
        data.left_out.push_back({task.name + "-" + std::to_string(each), error.what()});
        log_warning(std::string("left out: ") + error.what());
        reasons += std::string("\n  ") + error.what();
      }
    }
  }
  if (cells.empty()) throw DataError("no task has enough rows:" + reasons);
  return cells;
}

FinetuneRuns::FinetuneRuns(const FinetuneJob& job, const std::vector<FinetuneCell>& cells) : job_(job), cells_(cells) {
  for (const auto& cell : cells) {
    if (!tasks_.empty() && tasks_.back() == &cell.task) continue;
    tasks_.push_back(&cell.task);
    const auto weights = finetuners_.empty() ? train::EncoderWeights{} : finetuners_.front().weights();
    finetuners_.emplace_back(job.config, cell.task, job.model, weights);
  }
}

const train::Finetuner& FinetuneRuns::finetuner_of(const FinetuneCell& cell) const {
  const auto at = std::find(tasks_.begin(), tasks_.end(), &cell.task);
  return finetuners_[static_cast<std::size_t>(at - tasks_.begin())];
}

std::vector<FinetuneResult> FinetuneRuns::run(FinishedRuns& finished, const StopRule& stop, parallel::Ranks& ranks) {
  follow(finished, stop, ranks);
  if (!ranks.alone()) finished.take_over();
  std::vector<FinetuneResult> results;
  for (std::size_t number = 0; number < cells_.size(); ++number) results.push_back(result_of(number, finished));
  return results;
}

void FinetuneRuns::follow(FinishedRuns& finished, const StopRule& stop, parallel::Ranks& ranks) {
  const Worker worker{finished, stop, ranks};
  for (std::size_t number = 0; number < cells_.size(); ++number) do_cell(number, worker);
  if (!ranks.wait_for_all()) throw Error(ExitCode::interrupted, ranks.stop_reason());
}

/// Runs of a cell take about the same time: they go to the ranks in turn.
void FinetuneRuns::do_cell(std::size_t number, const Worker& worker) {
  const auto& cell = cells_[number];
  const auto& options = job_.config.finetune;
  FinetuneProgressLine progress(
      *options.runs, 1 + std::count(options.baseline.begin(), options.baseline.end(), std::string("random-encoder")));
  for (std::int64_t run = 0; run < *options.runs; ++run) {
    const RunKey key{cell.task.name, cell.shots, run};
    const auto turn = static_cast<std::int64_t>(number) * *options.runs + run;
    if (worker.finished.find(key) != nullptr || turn % worker.ranks.world() != worker.ranks.rank()) {
      progress.skip();
      continue;
    }
    train::FinetuneRunOptions how;
    if (number == 0 && run == 0) how.keep_model = job_.run / "model";
    how.on_progress = [&](const train::FinetuneProgress& now) {
      if (const auto reason = worker.stop.reason(); !reason.empty()) worker.ranks.ask_to_stop(reason);
      if (auto reason = worker.ranks.stop_reason(); !reason.empty()) throw Error(ExitCode::interrupted, reason);
      progress.update(now);
    };
    const auto done = do_run(cell, finetuner_of(cell), options, static_cast<std::uint64_t>(options.seed + run), how);
    worker.finished.add(key, done);
    progress.finish();
    tell_run(cell, done, options, run);
  }
}

FinetuneResult FinetuneRuns::result_of(std::size_t number, const FinishedRuns& finished) const {
  const auto& cell = cells_[number];
  FinetuneResult result = start_result(job_, cell);
  for (std::int64_t run = 0; run < *job_.config.finetune.runs; ++run) {
    const auto* known = finished.find({cell.task.name, cell.shots, run});
    result.model_runs.push_back(known->model);
    result.methods[0].runs.push_back(known->model.model);
    for (std::size_t i = 0; i < known->baselines.size(); ++i) result.methods[i + 1].runs.push_back(known->baselines[i]);
  }
  add_notes(result, cell.task);
  return result;
}

}  // namespace cmgems::apps
