#include "gue_run.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "baselines.h"
#include "cmgems/base/atomic_file.h"
#include "cmgems/base/error.h"
#include "cmgems/base/line_appender.h"
#include "cmgems/base/log.h"
#include "cmgems/corpus/dealing.h"
#include "cmgems/formats/checkpoint_folder.h"
#include "fingerprint.h"
#include "gue_baselines.h"
#include "gue_progress.h"
#include "gue_store.h"
#include "result_table.h"
#include "stopwatch.h"

namespace cmgems::apps {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr std::size_t kKeep = 2;  // checkpoints of a training

/// Clock figures, apart from the results: timing.jsonl. Whoever cannot write them goes on.
class Timing {
 public:
  explicit Timing(const fs::path& run) : file_(run / "timing.jsonl") {}
  void tell(const std::string& event, const tasks::GueSet& set, const std::string& kind,
            std::optional<std::int64_t> seed, double seconds) try {
    ordered_json line = {{"event", event}, {"set", set.path()}, {"kind", kind}};
    if (seed) line["seed"] = *seed;
    line["seconds"] = seconds;
    file_.append(line.dump());
  } catch (const IoError& error) {
    log_debug(error.what());
  }

 private:
  LineAppender file_;
};

class GueRunner {
 public:
  explicit GueRunner(const GueInputs& inputs)
      : inputs_(inputs), timing_(inputs.run), progress_(fits_to_do(), tokens_to_do()) {}

  /// The runs that are this rank's, of all sets. Returns when all ranks have done theirs.
  void do_own() {
    const auto owners = deal_fits();
    std::size_t next = 0;
    each_fit([&](const PlannedSet& planned, const std::string& kind, std::int64_t seed) {
      if (owners[next++] != inputs_.ranks.rank()) return;
      if (planned_ != &planned) start(planned);
      const auto method = method_of(kind);
      const auto folder = folder_of_method(inputs_.run, *planned.set, kind, seed);
      const auto fingerprint = fingerprint_of_method(inputs_, planned, kind);
      if (!stored_scores(folder, fingerprint)) fit(method, seed, folder, fingerprint);
    });
    if (!inputs_.ranks.wait_for_all()) {
      throw Error(ExitCode::interrupted, "stopped by " + inputs_.ranks.stop_reason());
    }
  }

  GueSetResult run(const PlannedSet& planned) {
    start(planned);
    GueSetResult result{planned.set, planned.classes, planned.rows, planned.plan.steps, {}, planned.notes};
    result.methods.push_back(method_of("model"));
    for (const auto& kind : inputs_.config.gue.baseline) result.methods.push_back(method_of(kind));
    for (auto& method : result.methods) {
      is_trained(method.kind) ? add_fits(method) : add_baseline(method);
    }
    add_comparison(result);
    return result;
  }

 private:
  void start(const PlannedSet& planned) {
    planned_ = &planned;
    data_.reset();
    trainer_.reset();
  }

  GueMethod method_of(const std::string& kind) const {
    if (kind == kRandomEncoder) return {baseline_title(kRandomEncoder), kind, {}};
    if (kind != "model") return {"", kind, {}};
    return {inputs_.model.empty() ? "fine-tuned random encoder" : "fine-tuned " + inputs_.model.string(), kind, {}};
  }

  /// Calls `take` with the set, kind and seed of every fit.
  template <class Take>
  void each_fit(const Take& take) const {
    const auto& baseline = inputs_.config.gue.baseline;
    const bool beside = std::find(baseline.begin(), baseline.end(), kRandomEncoder) != baseline.end();
    for (const auto& planned : inputs_.work.sets) {
      for (const auto seed : inputs_.config.gue.seeds) {
        for (const std::string kind : {"model", kRandomEncoder}) {
          if (kind != kRandomEncoder || beside) take(planned, kind, seed);
        }
      }
    }
  }
  /// Calls `take` with the set of every fit without a result.
  template <class Take>
  void each_fit_to_do(const Take& take) const {
    each_fit([&](const PlannedSet& planned, const std::string& kind, std::int64_t seed) {
      if (!fs::exists(folder_of_method(inputs_.run, *planned.set, kind, seed) / "result.json")) take(planned);
    });
  }
  /// By the tokens that they train on. -> the rank of each. What is finished counts, too: no rank knows it of others.
  std::vector<int> deal_fits() const {
    std::vector<std::size_t> tokens;
    each_fit([&](const PlannedSet& planned, const std::string&, std::int64_t) {
      tokens.push_back(static_cast<std::size_t>(static_cast<double>(planned.plan.steps) * planned.tokens_per_step));
    });
    return corpus::deal(tokens, inputs_.ranks.world());
  }
  std::size_t fits_to_do() const {
    std::size_t count = 0;
    each_fit_to_do([&](const PlannedSet&) { ++count; });
    return count;
  }
  double tokens_to_do() const {
    double tokens = 0;
    each_fit_to_do([&](const PlannedSet& planned) {
      tokens += static_cast<double>(planned.plan.steps) * planned.tokens_per_step;
    });
    return tokens;
  }

  const tasks::GueData& data() {
    if (!data_) data_ = tasks::load_gue_data(*planned_->set, planned_->files);
    return *data_;
  }
  const train::GueTrainer& trainer() {
    if (!trainer_) trainer_.emplace(inputs_.config, data(), inputs_.model);
    return *trainer_;
  }

  void add_baseline(GueMethod& method) {
    const auto folder = folder_of_method(inputs_.run, *planned_->set, method.kind, {});
    const auto fingerprint = fingerprint_of_method(inputs_, *planned_, method.kind);
    auto stored = stored_scores(folder, fingerprint);
    if (!stored) {
      stop_if_asked();
      Stopwatch watch;
      const auto threads = static_cast<int>(inputs_.config.compute.threads);
      stored = method.kind == "kmer" ? score_gue_kmers(data(), threads) : score_gue_majority(data());
      make_folders(folder);
      store_scores(folder, *stored, fingerprint);
      timing_.tell("baseline", *planned_->set, method.kind, {}, watch.lap());
    }
    method.name = stored->name;
    method.runs.push_back(stored->scores);
  }

  void stop_if_asked() const {
    const auto reason = inputs_.stop_reason();
    if (!reason.empty())
      throw Error(ExitCode::interrupted, "stopped by " + reason + " before " + planned_->set->path());
  }

  void add_fits(GueMethod& method) {
    for (const auto seed : inputs_.config.gue.seeds) {
      const auto folder = folder_of_method(inputs_.run, *planned_->set, method.kind, seed);
      const auto fingerprint = fingerprint_of_method(inputs_, *planned_, method.kind);
      auto stored = stored_scores(folder, fingerprint);
      if (!stored) stored = fit(method, seed, folder, fingerprint);
      method.runs.push_back(stored->scores);
    }
  }

  StoredScores fit(const GueMethod& method, std::int64_t seed, const fs::path& folder,
                   const formats::Fingerprint& fingerprint) {
    stop_if_asked();
    make_folders(folder);
    train::GueRunOptions options;
    options.random_weights = method.kind == kRandomEncoder;
    options.checkpoints = checkpoints(folder, fingerprint);
    options.on_progress = [this](const train::GueProgress& now) { progress_.update(now); };
    options.stop_reason = inputs_.stop_reason;
    const std::string title =
        planned_->set->path() + (options.random_weights ? " (random weights)" : "") + " seed " + std::to_string(seed);
    progress_.start(title, planned_->tokens_per_step);
    Stopwatch watch;
    const auto run = evaluate(title, seed, options);
    const double seconds = watch.lap();
    const StoredScores stored{method.name, {run.seed, run.scores, run.best_step, run.dev_loss}};
    store_scores(folder, stored, fingerprint);
    formats::prune_checkpoints(folder, 0, formats::Check::sizes);  // what they are for is done
    timing_.tell("fit", *planned_->set, method.kind, seed, seconds);
    progress_.finish();
    log_info(title + ": MCC " + decimals(100 * run.scores.mcc, 2) + ", accuracy " +
             decimals(100 * run.scores.accuracy, 2) + ", dev loss " + decimals(run.dev_loss, 4) + " at step " +
             std::to_string(run.best_step) + " of " + std::to_string(planned_->plan.steps) + ", " +
             format_duration(seconds));
    return stored;
  }

  train::GueRun evaluate(const std::string& title, std::int64_t seed, const train::GueRunOptions& options) {
    try {
      return trainer().run(static_cast<std::uint64_t>(seed), options);
    } catch (const Error& error) {
      progress_.finish();
      if (error.code() == ExitCode::interrupted) throw Error(error.code(), title + ": " + error.what());
      if (error.code() == ExitCode::data) throw DataError(title + ": " + error.what());
      throw;
    }
  }

  train::CheckpointOptions checkpoints(const fs::path& folder, const formats::Fingerprint& fingerprint) const {
    formats::remove_leftovers(folder, std::array<std::string_view, 1>{"result.json"});
    train::CheckpointOptions options;
    options.run = folder;
    options.fingerprint = fingerprint;
    options.save_steps = planned_->plan.eval_steps;
    options.save_minutes = inputs_.config.train.save_minutes;
    options.keep = kKeep;
    std::int64_t step = -1;
    for (const auto& entry : formats::find_checkpoint(folder)) {
      if (!entry.whole()) {
        log_warning(entry.folder.string() + " skipped: " + entry.problem);
        continue;
      }
      Accepted none;
      require_same(entry.manifest.fingerprint, fingerprint, {}, none);
      options.resume_from = entry.folder;
      step = entry.step;
    }
    formats::clear_newer_checkpoints(folder, step);  // damaged ones
    return options;
  }

  /// A model that does not beat what costs nothing has not earned its pretraining; one that predicts a single class
  /// has learned nothing.
  static void add_comparison(GueSetResult& result) {
    const auto metric = result.set->metric;
    const auto mean = [&](const GueMethod& method) {
      return metrics::mean_and_deviation(headline_values(method, metric)).mean;
    };
    const auto& model = result.methods.front();
    for (std::size_t i = 1; i < result.methods.size(); ++i) {
      const auto& other = result.methods[i];
      if (mean(model) <= mean(other)) result.notes.push_back("the fine-tuned model does not beat: " + other.name);
    }
    for (const auto& run : model.runs) {
      const auto& confusion = run.scores.confusion;
      std::size_t predicted = 0;
      for (std::size_t c = 0; c < confusion.size(); ++c) {
        predicted += std::any_of(confusion.begin(), confusion.end(), [c](const auto& row) { return row[c] > 0; });
      }
      if (predicted == 1) {
        result.notes.push_back("seed " + std::to_string(*run.seed) +
                               " collapsed: the model predicted a single class for the whole test set");
      }
    }
  }

  const GueInputs& inputs_;
  Timing timing_;
  GueProgressLine progress_;
  const PlannedSet* planned_ = nullptr;
  std::optional<tasks::GueData> data_;
  std::optional<train::GueTrainer> trainer_;
};

}  // namespace

GueResult run_gue(const GueInputs& inputs) {
  GueRunner runner(inputs);
  if (!inputs.ranks.alone()) runner.do_own();
  GueResult result;
  result.run = inputs.run;
  result.model = inputs.model.empty() ? "random" : inputs.model.string();
  result.seeds = inputs.config.gue.seeds;
  result.absent = inputs.work.absent;
  result.options = inputs.config.gue;
  for (const auto& planned : inputs.work.sets) result.sets.push_back(runner.run(planned));
  return result;
}

void follow_gue(const GueInputs& inputs) { GueRunner(inputs).do_own(); }

}  // namespace cmgems::apps
