#include "pretrain_loop.h"

#include "cmgems/base/error.h"
#include "cmgems/base/log.h"
#include "cmgems/corpus/prefetch.h"
#include "cmgems/curriculum/learning_rate.h"
#include "cmgems/nn/flops.h"
#include "cmgems/nn/init.h"
#include "cmgems/nn/weights.h"
#include "cmgems/train/lm_step.h"

namespace cmgems::train {
namespace {

std::vector<std::unique_ptr<masking::Masker>> make_maskers(const config::Config& config,
                                                           const curriculum::Schedule& schedule,
                                                           const npmi::Table* table) {
  std::vector<std::unique_ptr<masking::Masker>> maskers;
  for (const auto& name : schedule.maskers()) {
    maskers.push_back(masking::make_masker(name, {static_cast<int>(config.data.k), table, config.masking}));
  }
  return maskers;
}

std::int64_t or_twentieth(const std::optional<std::int64_t>& steps, std::int64_t max_steps) {
  return std::max<std::int64_t>(1, steps.value_or(max_steps / 20));
}

}  // namespace

PretrainLoop::PretrainLoop(const config::Config& config, const genome::Genome& genome, const npmi::Table* table,
                           const std::vector<Observer*>& observers, const RunControl& control)
    : config_(config),
      options_(config.train),
      warmup_steps_(options_.warmup_steps.value_or(options_.max_steps / 20)),
      eval_steps_(or_twentieth(options_.eval_steps, options_.max_steps)),
      observers_(observers),
      control_(control),
      alone_(parallel::one_process()),
      ranks_(control.ranks != nullptr ? *control.ranks : *alone_),
      runtime_(nn::start_runtime(config.compute)),
      corpus_(genome, config.data, config.masking, table, static_cast<std::uint64_t>(options_.seed)),
      schedule_(config::schedule_of(config)),
      maskers_(make_maskers(config, schedule_, table)),
      shape_(config::shape_of(config.model, corpus_.vocabulary().size())),
      model_(shape_),
      saver_(control.checkpoints),
      steps_ahead_(ranks_.alone() ? control.steps_ahead.value_or(runtime_.cuda ? 1 : 0) : 0) {
  nn::initialise(*model_, config.model.position_init, static_cast<std::uint64_t>(options_.seed));
  model_->to(device_of(runtime_));
  const AdamWOptions adamw{options_.adam_beta1, options_.adam_beta2, options_.adam_epsilon, options_.weight_decay};
  optimizer_ = config.compute.shard_optimizer ? std::make_unique<AdamW>(*model_, adamw, ranks_)
                                              : std::make_unique<AdamW>(*model_, adamw);
  if (!ranks_.alone()) reducer_ = std::make_unique<parallel::GradientReducer>(optimizer_->parameters(), ranks_);
  if (!control_.checkpoints.resume_from.empty()) restore(control_.checkpoints.resume_from);
}

void PretrainLoop::announce() {
  const auto& windows = corpus_.windows();
  log_info(format_count(windows.train.size()) + " training windows, " + format_count(windows.validation.size()) +
           " validation windows (" + format_count(windows.duplicates) + " duplicates dropped); " +
           format_count(static_cast<unsigned long long>(nn::parameter_count(*model_))) + " parameters; " +
           (runtime_.cuda ? "CUDA" : "CPU, " + std::to_string(runtime_.threads) + " threads") +
           (runtime_.bf16 ? ", bf16" : ", fp32"));
  if (!runtime_.note.empty()) log_warning(runtime_.note);
  if (runtime_.cuda) products_ = nn::matmul_rate(shape_, runtime_.bf16, /*cuda=*/true);
  const StartReport start{windows.train.size(), windows.validation.size(),        nn::parameter_count(*model_),
                          state_.step,          control_.checkpoints.resume_from, products_};
  tell([&](Observer& observer) { observer.on_start(start); });
}

void PretrainLoop::run() {
  agree_on_start();
  draw_validation();
  announce();
  start_ = Clock::now();
  try {
    train();
  } catch (const StopRequested& request) {
    finish_steps();
    stop(request.reason);
  }
  save_last();
}

void PretrainLoop::train() {
  corpus::Prefetcher prefetcher([this](std::int64_t step) { return make_batch(step); });
  if (evaluation_due()) evaluate();  // the run was interrupted in it
  while (state_.step < options_.max_steps) {
    take(schedule_.reach(state_.curriculum, state_.step), {});
    const std::int64_t end = next_stop();
    prefetcher.open(state_.step, end);
    while (next_step() < end) {
      auto batch = prefetcher.next();
      agree(batch);
      train_step(std::move(batch));
      if (next_step() < end) save_if_due();
    }
    finish_steps();
    if (evaluation_due()) evaluate();
    if (state_.step < options_.max_steps) save_if_due();
  }
}

/// No batch beyond the next evaluation or fixed switch is drawn before it: the masker may change there.
std::int64_t PretrainLoop::next_stop() const {
  std::int64_t end = std::min(options_.max_steps, (state_.step / eval_steps_ + 1) * eval_steps_);
  const auto fixed = config_.curriculum.switch_at_step;
  if (schedule_.has_trigger() && fixed && *fixed > state_.step) end = std::min(end, *fixed);
  return end;
}

/// Called from the prefetcher's thread; the state changes only while no batch is being made.
corpus::GlobalBatch PretrainLoop::make_batch(std::int64_t step) const {
  std::vector<const masking::Masker*> maskers;
  for (const auto& masker : maskers_) maskers.push_back(masker.get());
  return corpus_.train_batch(
      step, options_.windows_per_step, maskers,
      [&](std::int64_t window) { return schedule_.masker_of(state_.curriculum, step, window); },
      static_cast<std::size_t>(runtime_.micro_batch_tokens), ranks_.share());
}

/// One of several ranks tells the others, and all of them agree on the step before they stop.
void PretrainLoop::poll() const {
  if (const auto reason = control_.stop_reason(); !reason.empty()) ranks_.ask_to_stop(reason);
  if (auto reason = ranks_.stop_reason(); !reason.empty()) throw StopRequested{std::move(reason)};
}

at::Tensor PretrainLoop::gradients(const corpus::GlobalBatch& batch) {
  if (!ranks_.alone()) return reduced_gradients(batch);
  return accumulate_gradients(model_, batch.micro_batches, runtime_, static_cast<std::uint64_t>(options_.seed),
                              next_step(), [this] { poll(); });
}

void PretrainLoop::train_step(corpus::GlobalBatch batch) {
  // 1. forward and backward of every micro-batch
  if (ranks_.alone()) poll();
  if (batch.masked == 0) {
    finish_steps();
    return skip(batch, "no token of the batch was masked");
  }
  const std::int64_t step = next_step();
  const auto loss = gradients(batch);

  // 2. clip
  const auto norm = optimizer_->clip_gradients(options_.max_grad_norm);

  // 3. update, unless loss or norm are not finite
  const double rate_now =
      options_.learning_rate * curriculum::linear_warmup_decay(step, warmup_steps_, options_.max_steps);
  optimizer_->step(rate_now, not_finite(loss, norm));
  optimizer_->clear_gradients();

  // 4. report, of the step before while a GPU works on this one
  const double flops =
      nn::kTrainingFactor * nn::forward_flops(shape_, nn::work_of(batch)) * static_cast<double>(batch.tokens);
  batch.micro_batches.clear();
  queued_.push_back({std::move(batch), rate_now, flops, StepFigures(loss, norm)});
  finish_steps(steps_ahead_);
}

/// Reads and tells what the steps came to, in order, but for the last `all_but`.
void PretrainLoop::finish_steps(std::size_t all_but) {
  while (queued_.size() > all_but) {
    const QueuedStep step = std::move(queued_.front());
    queued_.pop_front();
    finish_step(step);
  }
}

void PretrainLoop::finish_step(const QueuedStep& step) {
  const auto values = step.figures.read();
  session_flops_ += step.flops;
  flops_since_ += step.flops;
  if (!values.finite()) return skip_diverged(step.batch);
  count(step.batch);
  report_step(step, values);
}

void PretrainLoop::count(const corpus::GlobalBatch& batch) {
  ++state_.step;
  state_.tokens += batch.tokens;
  session_tokens_ += batch.tokens;
  tokens_since_ += static_cast<double>(batch.tokens);
}

void PretrainLoop::report_step(const QueuedStep& step, const StepFigures::Values& values) {
  const auto spike = note_loss(state_.guard, values.loss);
  const StepReport report{state_.step,       options_.max_steps, values.loss, step.learning_rate,      values.norm,
                          step.batch.tokens, seconds(),          rate(),      mask_reports(step.batch)};
  tell([&](Observer& observer) { observer.on_step(report); });
  if (!spike) return;
  const SpikeReport told{state_.step, values.loss, spike->mean, spike->deviation};
  tell([&](Observer& observer) { observer.on_spike(told); });
}

std::vector<MaskerReport> PretrainLoop::mask_reports(const corpus::GlobalBatch& batch) const {
  std::vector<MaskerReport> reports;
  for (std::size_t i = 0; i < batch.statistics.size(); ++i) {
    if (batch.statistics[i].examples > 0) reports.push_back({schedule_.maskers()[i], batch.statistics[i]});
  }
  return reports;
}

void PretrainLoop::skip(const corpus::GlobalBatch& batch, const std::string& reason) {
  count(batch);
  ++state_.skipped;
  tell([&](Observer& observer) { observer.on_skipped(state_.step, reason); });
}

/// The parameters stayed as they were, and nothing is saved from here on: a good checkpoint would make room for it.
void PretrainLoop::skip_diverged(const corpus::GlobalBatch& batch) {
  skip(batch, what_is_not_finite());
  if (note_diverged(state_.guard, state_.step)) give_up();
}

PretrainSummary PretrainLoop::finish() {
  PretrainSummary summary;
  summary.curve = state_.curriculum.history;
  summary.switch_step = state_.curriculum.switch_step;
  summary.seconds = seconds();
  summary.tokens = state_.tokens;
  summary.session_tokens = session_tokens_;
  summary.session_flops = session_flops_;
  summary.products = products_;
  summary.parameters = nn::parameter_count(*model_);
  auto drops = curriculum::drops(state_.curriculum);
  if (drops.size() > 3) drops.erase(drops.begin(), drops.end() - 3);
  const DoneReport report{state_.step,    summary.seconds,         summary.tokens,
                          state_.skipped, schedule_.has_trigger(), summary.switch_step,
                          drops,          session_tokens_,         session_flops_};
  tell([&](Observer& observer) { observer.on_done(report); });
  return summary;
}

}  // namespace cmgems::train
