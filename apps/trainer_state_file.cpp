// trainer_state.json with the keys of transformers' TrainerState, in the run folder and in every checkpoint.
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "cmgems/base/atomic_file.h"
#include "event_files.h"
#include "json_values.h"

namespace cmgems::apps {
namespace {

using nlohmann::ordered_json;

constexpr const char* kName = "trainer_state.json";
constexpr std::int64_t kStepsPerEvent = 50;

class TrainerStateFile final : public EventSink {
 public:
  TrainerStateFile(const std::filesystem::path& run, const config::Config& config)
      : path_(run / kName), train_(config.train) {}

  std::string name() const override { return path_.string(); }

  void on_start(const train::StartReport& report) override {
    windows_ = static_cast<double>(report.training_windows);
    if (report.checkpoint.empty() || !std::filesystem::exists(report.checkpoint / kName)) return;
    const auto saved = ordered_json::parse(read_file(report.checkpoint / kName));
    history_ = saved.at("log_history");
    step_ = saved.at("global_step").get<std::int64_t>();
    tokens_ = saved.at("num_input_tokens_seen").get<std::uint64_t>();
    if (!saved.at("best_metric").is_null()) best_loss_ = saved.at("best_metric").get<double>();
    if (!saved.at("best_global_step").is_null()) best_step_ = saved.at("best_global_step").get<std::int64_t>();
  }

  void on_step(const train::StepReport& report) override { note(report.step, report.tokens); }

  void on_train(const TrainEvent& event) override {
    history_.push_back({{"epoch", epoch(event.step)},
                        {"grad_norm", or_null(event.grad_norm)},
                        {"learning_rate", event.learning_rate},
                        {"loss", or_null(event.loss)},
                        {"step", event.step}});
  }

  void on_eval(const train::EvalReport& report) override {
    step_ = report.step;
    history_.push_back({{"epoch", epoch(report.step)},
                        {"eval_loss", or_null(report.loss)},
                        {"eval_perplexity", or_null(report.perplexity)},
                        {"step", report.step}});
    if (std::isfinite(report.loss) && (!best_loss_ || report.loss < *best_loss_)) {
      best_loss_ = report.loss;
      best_step_ = report.step;
    }
    write_file_atomic(path_, text());
  }

  void on_skipped(std::int64_t step, const std::string&) override { step_ = step; }

  void on_done(const train::DoneReport& report) override {
    step_ = report.steps;
    write_file_atomic(path_, text());
  }

  std::vector<train::SavedFile> save() const override { return {{kName, text()}}; }

 private:
  void note(std::int64_t step, std::uint64_t tokens) {
    step_ = step;
    tokens_ += tokens;
  }

  double epoch(std::int64_t step) const { return static_cast<double>(step * train_.windows_per_step) / windows_; }

  std::string text() const {
    const ordered_json json = {{"best_global_step", or_null(best_step_)},
                               {"best_metric", or_null(best_loss_)},
                               {"best_model_checkpoint", nullptr},
                               {"epoch", epoch(step_)},
                               {"eval_steps", or_null(train_.eval_steps)},
                               {"global_step", step_},
                               {"is_hyper_param_search", false},
                               {"is_local_process_zero", true},
                               {"is_world_process_zero", true},
                               {"log_history", history_},
                               {"logging_steps", kStepsPerEvent},
                               {"max_steps", train_.max_steps},
                               {"num_input_tokens_seen", tokens_},
                               {"num_train_epochs", static_cast<std::int64_t>(std::ceil(epoch(train_.max_steps)))},
                               {"save_steps", or_null(train_.save_steps)},
                               {"stateful_callbacks", ordered_json::object()},
                               {"total_flos", 0.0},
                               {"train_batch_size", train_.windows_per_step},
                               {"trial_name", nullptr},
                               {"trial_params", nullptr}};
    return json.dump(2) + "\n";
  }

  std::filesystem::path path_;
  const config::TrainOptions& train_;
  double windows_ = 1;
  ordered_json history_ = ordered_json::array();
  std::int64_t step_ = 0;
  std::uint64_t tokens_ = 0;
  std::optional<double> best_loss_;  // lowest eval_loss
  std::optional<std::int64_t> best_step_;
};

}  // namespace

std::unique_ptr<EventSink> make_trainer_state_file(const std::filesystem::path& run, const config::Config& config) {
  return std::make_unique<TrainerStateFile>(run, config);
}

}  // namespace cmgems::apps
