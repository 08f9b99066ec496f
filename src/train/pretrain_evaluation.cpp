#include <cmath>

#include "cmgems/base/error.h"
#include "cmgems/train/lm_step.h"
#include "pretrain_loop.h"

namespace cmgems::train {

/// The validation windows with their masks, drawn before any step: a run that could never be measured must not start.
void PretrainLoop::draw_validation() {
  const auto& masker = *maskers_[schedule_.validation_masker(state_.curriculum)];
  const auto draw = static_cast<std::uint64_t>(schedule_.redraws_validation() ? state_.step : 0);
  validation_ = corpus_.validation_batches(options_.validation_windows, masker,
                                           static_cast<std::size_t>(runtime_.micro_batch_tokens), draw, ranks_.share());
  double masked = static_cast<double>(masked_tokens(validation_));
  ranks_.sum({&masked, 1});
  validation_masked_ = static_cast<std::uint64_t>(masked);
  if (validation_masked_ > 0) return;
  throw DataError("no token of the " + std::to_string(options_.validation_windows) +
                  " validation windows was masked: raise train.validation_windows or give a longer genome");
}

/// At every eval_steps and at the end, and once for each such step.
bool PretrainLoop::evaluation_due() const {
  const auto& history = state_.curriculum.history;
  if (state_.step == 0 || (!history.empty() && history.back().step == state_.step)) return false;
  return state_.step % eval_steps_ == 0 || state_.step == options_.max_steps;
}

void PretrainLoop::evaluate() {
  const Rate training_rate = rate();
  if (schedule_.redraws_validation()) draw_validation();
  const double loss = validation_loss();
  const EvalReport report{state_.step,
                          loss,
                          std::exp(loss),
                          validation_masked_,
                          schedule_.maskers()[schedule_.validation_masker(state_.curriculum)],
                          seconds(),
                          training_rate};
  tell([&](Observer& observer) { observer.on_eval(report); });
  tokens_since_ = flops_since_ = 0;
  seconds_since_ = seconds();
  auto next = schedule_.observe(state_.curriculum, {state_.step, report.perplexity});
  const auto drops = curriculum::drops(next);
  take(std::move(next), drops.empty() ? std::nullopt : std::optional(drops.back()));
}

/// The new state; a switch in it is told.
void PretrainLoop::take(curriculum::State state, std::optional<double> drop) {
  const bool switches = state.switched() && !state_.curriculum.switched();
  state_.curriculum = std::move(state);
  if (!switches) return;
  const auto& history = state_.curriculum.history;
  const double perplexity = history.empty() ? std::nan("") : history.back().perplexity;
  const SwitchReport report{state_.step, schedule_.maskers()[0], schedule_.maskers()[1], perplexity, drop};
  tell([&](Observer& observer) { observer.on_switch(report); });
}

}  // namespace cmgems::train
