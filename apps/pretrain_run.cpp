#include "pretrain_run.h"

#include <iostream>

#include "cmgems/base/atomic_file.h"
#include "cmgems/base/error.h"
#include "cmgems/base/hash.h"
#include "cmgems/base/log.h"
#include "event_files.h"
#include "fingerprint.h"
#include "observers.h"
#include "pretrain_ranks.h"
#include "pretrain_report.h"
#include "report_hint.h"
#include "result_table.h"
#include "resume.h"
#include "run_estimate.h"
#include "shell_word.h"
#include "stopwatch.h"

namespace cmgems::apps {
namespace {

constexpr std::size_t kKeep = 2;

/// Makes the run folder and writes what is known, when the inputs have proven good; an earlier run stays until then.
class RunOpener final : public train::Observer {
 public:
  RunOpener(PretrainPlan& plan, const config::Config& config, const Session& session, PretrainInputs& inputs)
      : plan_(plan), config_(config), session_(session), inputs_(inputs) {}

  /// Why to stop now: from here on signals are asked for, and must not end the process in another way.
  std::string stop_reason() const { return stop_ ? stop_->reason() : std::string(); }

  void on_start(const train::StartReport& report) override {
    check_room(plan_.run, config_, report.parameters, inputs_.record.keep);
    open(report);
    log_info("run: " + plan_.run.string());
    inputs_.record.parameters = report.parameters;
    write_record();  // first: a folder that has it is known to be that of a run
    write_file_atomic(plan_.run / "config.json", config::to_json(config_));
    npmi::write_table(inputs_.table, plan_.run / "npmi.tsv");
    inputs_.record.hashes["npmi"] = sha256(read_file(plan_.run / "npmi.tsv"));
    write_record();
    stop_.emplace(plan_.start, plan_.max_minutes);
  }

  /// Signals do again what they did before.
  void close() { stop_.reset(); }

  void write_record() const { write_run_record(plan_.run / "run.json", session_, config_, inputs_.record); }

 private:
  void open(const train::StartReport& report) {
    if (!plan_.earlier) {
      fresh_.emplace(plan_.run, plan_.overwrite);
    } else if (report.checkpoint.empty()) {
      plan_.earlier->clear();
    } else {
      clear_newer(report.step);
    }
  }

  /// What choose_checkpoint skipped would count as whole when older ones are removed, which looks at sizes only.
  void clear_newer(std::int64_t step) const {
    try {
      const auto cleared = formats::clear_newer_checkpoints(plan_.run, step);
      for (const auto& path : cleared.removed) log_warning("removed " + path.string() + ", which is damaged");
      for (const auto& path : cleared.set_aside) {
        log_warning("kept what could not be read as " + path.string() + ": nothing but you removes it");
      }
    } catch (const IoError& error) {
      log_warning(std::string("a damaged checkpoint stays: ") + error.what());
    }
  }

  PretrainPlan& plan_;
  const config::Config& config_;
  const Session& session_;
  PretrainInputs& inputs_;
  std::optional<RunFolder> fresh_;  // locked until the run is over
  std::optional<StopRule> stop_;
};

train::CheckpointOptions checkpoint_options(const config::Config& config, PretrainInputs& inputs,
                                            const PretrainPlan& plan, int world) {
  train::CheckpointOptions options;
  options.run = plan.run;
  auto hashes = inputs.record.hashes;
  hashes["npmi"] = hash_of_table(inputs.table);
  options.fingerprint = fingerprint_of(config, hashes, world);
  options.save_steps = config.train.save_steps.value_or(config.train.max_steps);
  options.save_minutes = config.train.save_minutes;
  options.keep = inputs.record.keep;
  options.logs = {plan.run / "metrics.jsonl"};
  if (!plan.earlier) return options;
  const auto checkpoint = choose_checkpoint(plan.run);
  if (!checkpoint) {
    log_info("the run in " + plan.run.string() + " has no checkpoint yet: it starts over");
    return options;
  }
  require_same(checkpoint->manifest.fingerprint, options.fingerprint, plan.allow_mismatch, inputs.record.accepted);
  options.resume_from = checkpoint->folder;
  return options;
}

std::string how_to_continue(const std::filesystem::path& run) {
  return "; continue with: cmgems pretrain --resume " + shell_word(run.string());
}

std::string how_to_continue(const train::Diverged& diverged, const std::filesystem::path& run, double rate) {
  return std::string(diverged.checkpoint().empty() ? "; start over" : "; continue from it") +
         " with a lower rate: cmgems pretrain --resume " + shell_word(run.string()) +
         " --set train.learning_rate=" + significant(rate / 2) + " --allow-mismatch train.learning_rate";
}

}  // namespace

void run_pretraining(const config::Config& config, PretrainInputs& inputs, PretrainPlan& plan, const Session& session,
                     bool json) {
  RunOpener opener(plan, config, session, inputs);
  EventLog log(event_files(plan.run, config));
  ProgressLine progress;
  const auto earlier = read_run_record(plan.run / "run.json");
  const auto before = plan.earlier && earlier ? *earlier : EarlierRecord{};
  inputs.record.accepted = before.accepted;
  inputs.record.keep = plan.keep.value_or(before.keep > 0 ? before.keep : kKeep);
  auto& ranks = *session.ranks;
  const auto checkpoints = checkpoint_options(config, inputs, plan, ranks.world());
  tell_start(ranks, {checkpoints.resume_from, inputs.record.hashes["genome"]});
  Stopwatch watch;
  try {
    const train::RunControl control{checkpoints, [&opener] { return opener.stop_reason(); }, {}, &ranks};
    const auto summary =
        train::pretrain(config, inputs.genome, &inputs.table, plan.run / "model", {&opener, &log, &progress}, control);
    inputs.record.compute_cost["training"] = before.training_seconds + summary.seconds;
    inputs.record.finished = true;
    opener.write_record();
    opener.close();
    plan.pipe.reset();
    const PretrainResult result{config, summary, log.recorder(), plan.run};
    json ? print_pretrain_json(std::cout, result) : print_pretrain_text(std::cout, result);
    tell_report(plan.run);
  } catch (const train::Diverged& diverged) {
    throw DataError(diverged.what() + how_to_continue(diverged, plan.run, config.train.learning_rate));
  } catch (const Error& error) {
    if (error.code() != ExitCode::interrupted) throw;
    inputs.record.compute_cost["training"] = before.training_seconds + watch.lap();
    opener.write_record();
    throw Error(ExitCode::interrupted, error.what() + how_to_continue(plan.run));
  }
}

}  // namespace cmgems::apps
