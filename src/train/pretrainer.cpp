#include "cmgems/train/pretrainer.h"

#include <chrono>
#include <cmath>

#include "cmgems/base/error.h"
#include "cmgems/base/log.h"
#include "cmgems/corpus/prefetch.h"
#include "cmgems/curriculum/learning_rate.h"
#include "cmgems/masking/registry.h"
#include "cmgems/nn/init.h"
#include "cmgems/nn/weights.h"
#include "cmgems/train/adamw.h"
#include "cmgems/train/lm_step.h"

namespace cmgems::train {
namespace {

constexpr int kDivergedInARow = 3;  // non-finite steps before a run gives up

using Maskers = std::vector<std::unique_ptr<masking::Masker>>;

Maskers make_maskers(const config::Config& config, const curriculum::Schedule& schedule, const npmi::Table* table) {
  Maskers maskers;
  for (const auto& name : schedule.maskers()) {
    maskers.push_back(masking::make_masker(name, {static_cast<int>(config.data.k), table, config.masking}));
  }
  return maskers;
}

class PretrainLoop {
 public:
  PretrainLoop(const config::Config& config, const genome::Genome& genome, const npmi::Table* table,
               const std::vector<Observer*>& observers);
  PretrainSummary run();
  void save(const std::filesystem::path& folder) const;

 private:
  std::int64_t next_stop() const;
  void train_step(corpus::GlobalBatch batch);
  void skip(const std::string& reason);
  void skip_diverged();
  corpus::GlobalBatch make_batch(std::int64_t step) const;
  std::vector<MaskerReport> mask_reports(const corpus::GlobalBatch& batch) const;
  void draw_validation();
  void evaluate();
  void take(curriculum::State state, std::optional<double> drop);
  void finish(PretrainSummary& summary);
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }
  double rate() const { return tokens_since_ / std::max(1e-9, seconds() - seconds_since_); }
  template <class Call>
  void tell(Call call) const {
    for (auto* observer : observers_) call(*observer);
  }

  const config::Config& config_;
  const config::TrainOptions& options_;
  std::int64_t warmup_steps_, eval_steps_;
  std::vector<Observer*> observers_;
  nn::Runtime runtime_;
  corpus::Corpus corpus_;
  const curriculum::Schedule schedule_;
  const Maskers maskers_;
  curriculum::State state_;
  formats::BertShape shape_;
  nn::MaskedLm model_;
  std::unique_ptr<AdamW> optimizer_;
  std::vector<corpus::RaggedBatch> validation_;
  std::int64_t step_ = 0;
  std::int64_t skipped_ = 0;
  int diverged_in_a_row_ = 0;
  std::uint64_t tokens_ = 0;
  std::chrono::steady_clock::time_point start_;
  double tokens_since_ = 0, seconds_since_ = 0;  // since the last evaluation
};

PretrainLoop::PretrainLoop(const config::Config& config, const genome::Genome& genome, const npmi::Table* table,
                           const std::vector<Observer*>& observers)
    : config_(config),
      options_(config.train),
      warmup_steps_(options_.warmup_steps.value_or(options_.max_steps / 20)),
      eval_steps_(std::max<std::int64_t>(1, options_.eval_steps.value_or(options_.max_steps / 20))),
      observers_(observers),
      runtime_(nn::start_runtime(config.compute)),
      corpus_(genome, config.data, config.masking, table, static_cast<std::uint64_t>(options_.seed)),
      schedule_(config::schedule_of(config)),
      maskers_(make_maskers(config, schedule_, table)),
      shape_(config::shape_of(config.model, corpus_.vocabulary().size())),
      model_(shape_),
      start_(std::chrono::steady_clock::now()) {
  nn::initialise(*model_, config.model.position_init, static_cast<std::uint64_t>(options_.seed));
  model_->to(device_of(runtime_));
  optimizer_ = std::make_unique<AdamW>(
      *model_, AdamWOptions{options_.adam_beta1, options_.adam_beta2, options_.adam_epsilon, options_.weight_decay});
  const auto& windows = corpus_.windows();
  log_info(format_count(windows.train.size()) + " training windows, " + format_count(windows.validation.size()) +
           " validation windows (" + format_count(windows.duplicates) + " duplicates dropped); " +
           format_count(static_cast<unsigned long long>(nn::parameter_count(*model_))) + " parameters; " +
           (runtime_.cuda ? "CUDA" : "CPU, " + std::to_string(runtime_.threads) + " threads") +
           (runtime_.bf16 ? ", bf16" : ", fp32"));
  if (!runtime_.note.empty()) log_warning(runtime_.note);
}

/// No batch beyond the next evaluation or fixed switch is drawn before it: the masker may change there.
std::int64_t PretrainLoop::next_stop() const {
  std::int64_t stop = std::min(options_.max_steps, (step_ / eval_steps_ + 1) * eval_steps_);
  const auto fixed = config_.curriculum.switch_at_step;
  if (schedule_.has_trigger() && fixed && *fixed > step_) stop = std::min(stop, *fixed);
  return stop;
}

/// Called from the prefetcher's thread; the state changes only while no batch is being made.
corpus::GlobalBatch PretrainLoop::make_batch(std::int64_t step) const {
  std::vector<const masking::Masker*> maskers;
  for (const auto& masker : maskers_) maskers.push_back(masker.get());
  return corpus_.train_batch(
      step, options_.windows_per_step, maskers,
      [&](std::int64_t window) { return schedule_.masker_of(state_, step, window); },
      static_cast<std::size_t>(runtime_.micro_batch_tokens));
}

PretrainSummary PretrainLoop::run() {
  draw_validation();
  corpus::Prefetcher prefetcher([this](std::int64_t step) { return make_batch(step); });
  while (step_ < options_.max_steps) {
    take(schedule_.reach(state_, step_), {});
    const std::int64_t stop = next_stop();
    prefetcher.open(step_, stop);
    while (step_ < stop) train_step(prefetcher.next());
    if (step_ % eval_steps_ == 0 || step_ == options_.max_steps) evaluate();
  }
  PretrainSummary summary;
  finish(summary);
  return summary;
}

void PretrainLoop::train_step(corpus::GlobalBatch batch) {
  // 1. forward and backward of every micro-batch
  tokens_ += batch.tokens;
  tokens_since_ += static_cast<double>(batch.tokens);
  if (masked_tokens(batch.micro_batches) == 0) return skip("no token of the batch was masked");
  const double loss =
      accumulate_gradients(model_, batch.micro_batches, runtime_, static_cast<std::uint64_t>(options_.seed), step_);

  // 2. clip
  const double norm = optimizer_->clip_gradients(options_.max_grad_norm);
  if (!std::isfinite(loss) || !std::isfinite(norm)) return skip_diverged();

  // 3. update
  const double rate_now =
      options_.learning_rate * curriculum::linear_warmup_decay(step_, warmup_steps_, options_.max_steps);
  optimizer_->step(rate_now);
  optimizer_->clear_gradients();
  diverged_in_a_row_ = 0;
  ++step_;

  // 4. report
  const StepReport report{step_,        options_.max_steps, loss,   rate_now,           norm,
                          batch.tokens, seconds(),          rate(), mask_reports(batch)};
  tell([&](Observer& observer) { observer.on_step(report); });
}

std::vector<MaskerReport> PretrainLoop::mask_reports(const corpus::GlobalBatch& batch) const {
  std::vector<MaskerReport> reports;
  for (std::size_t i = 0; i < batch.statistics.size(); ++i) {
    if (batch.statistics[i].examples > 0) reports.push_back({schedule_.maskers()[i], batch.statistics[i]});
  }
  return reports;
}

void PretrainLoop::skip(const std::string& reason) {
  optimizer_->clear_gradients();
  ++step_;
  ++skipped_;
  tell([&](Observer& observer) { observer.on_skipped(step_, reason); });
}

void PretrainLoop::skip_diverged() {
  skip("loss or gradient is not finite");
  if (++diverged_in_a_row_ < kDivergedInARow) return;
  throw DataError("step " + std::to_string(step_) + ": loss or gradient is not finite, " +
                  std::to_string(kDivergedInARow) +
                  " steps in a row; lower train.learning_rate or raise train.warmup_steps");
}

/// The validation windows with their masks, drawn before any step: a run that could never be measured must not start.
void PretrainLoop::draw_validation() {
  const auto& masker = *maskers_[schedule_.validation_masker(state_)];
  const auto draw = static_cast<std::uint64_t>(schedule_.redraws_validation() ? step_ : 0);
  validation_ = corpus_.validation_batches(options_.validation_windows, masker,
                                           static_cast<std::size_t>(runtime_.micro_batch_tokens), draw);
  if (masked_tokens(validation_) > 0) return;
  throw DataError("no token of the " + std::to_string(options_.validation_windows) +
                  " validation windows was masked: raise train.validation_windows or give a longer genome");
}

void PretrainLoop::evaluate() {
  const double training_rate = rate();
  if (schedule_.redraws_validation()) draw_validation();
  const double loss = mean_cross_entropy(model_, validation_, runtime_);
  const EvalReport report{step_,
                          loss,
                          std::exp(loss),
                          static_cast<std::uint64_t>(masked_tokens(validation_)),
                          schedule_.maskers()[schedule_.validation_masker(state_)],
                          seconds(),
                          training_rate};
  tell([&](Observer& observer) { observer.on_eval(report); });
  tokens_since_ = 0;
  seconds_since_ = seconds();
  auto next = schedule_.observe(state_, {step_, report.perplexity});
  const auto drops = curriculum::drops(next);
  take(std::move(next), drops.empty() ? std::nullopt : std::optional(drops.back()));
}

/// The new state; a switch in it is told.
void PretrainLoop::take(curriculum::State state, std::optional<double> drop) {
  const bool switches = state.switched() && !state_.switched();
  state_ = std::move(state);
  if (!switches) return;
  const double perplexity = state_.history.empty() ? std::nan("") : state_.history.back().perplexity;
  const SwitchReport report{step_, schedule_.maskers()[0], schedule_.maskers()[1], perplexity, drop};
  tell([&](Observer& observer) { observer.on_switch(report); });
}

void PretrainLoop::finish(PretrainSummary& summary) {
  summary.curve = state_.history;
  summary.switch_step = state_.switch_step;
  summary.seconds = seconds();
  summary.tokens = tokens_;
  summary.parameters = nn::parameter_count(*model_);
  auto drops = curriculum::drops(state_);
  if (drops.size() > 3) drops.erase(drops.begin(), drops.end() - 3);
  const DoneReport report{step_, summary.seconds, tokens_, skipped_, schedule_.has_trigger(), summary.switch_step,
                          drops};
  tell([&](Observer& observer) { observer.on_done(report); });
}

void PretrainLoop::save(const std::filesystem::path& folder) const {
  nn::save_model(*model_, {shape_, static_cast<int>(config_.data.k), 0, ""}, folder);
}

}  // namespace

PretrainSummary pretrain(const config::Config& config, const genome::Genome& genome, const npmi::Table* table,
                         const std::filesystem::path& model_folder, const std::vector<Observer*>& observers) {
  PretrainLoop loop(config, genome, table, observers);
  const auto summary = loop.run();
  loop.save(model_folder);
  return summary;
}

}  // namespace cmgems::train
