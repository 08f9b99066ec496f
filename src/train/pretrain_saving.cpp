#include <limits>

#include "cmgems/base/error.h"
#include "cmgems/formats/checkpoint_folder.h"
#include "cmgems/nn/weights.h"
#include "pretrain_loop.h"

namespace cmgems::train {
namespace {

constexpr int kFailedSavesInARow = 2;  // the first may be a passing trouble, the second is a disk that stays full
constexpr int kNeverTooMany = std::numeric_limits<int>::max();

std::filesystem::path newest_checkpoint(const std::filesystem::path& run) {
  if (run.empty()) return {};  // only the first rank has one
  for (const auto& entry : formats::list_checkpoints(run, formats::Check::sizes)) {
    if (entry.whole()) return entry.folder;
  }
  return {};
}

}  // namespace

void PretrainLoop::restore(const std::filesystem::path& checkpoint) {
  state_ = load_checkpoint(checkpoint, *model_, *optimizer_);
  if (state_.step > options_.max_steps) {
    throw UsageError(checkpoint.string() + " is beyond train.max_steps, " + std::to_string(options_.max_steps) +
                     ": raise it with --extend-to");
  }
}

formats::ModelDescription PretrainLoop::description() const {
  return {shape_, static_cast<int>(config_.data.k), 0, "", config_.model.position_init};
}

void PretrainLoop::fill(CheckpointContent& content) const {
  content.step = state_.step;
  content.description = description();
  copy_tensors(named_parameters(*model_), content.weights);
  copy_tensors(optimizer_->gathered_state(), content.optimizer);
  content.state = to_json(state_, options_.seed, options_.windows_per_step);
  content.files.clear();
  tell([&](const Observer& observer) {
    for (auto& file : observer.save()) content.files.push_back(std::move(file));
  });
}

/// A state whose last step was not finite waits for one that is: pruning would take a better one for it.
void PretrainLoop::save_if_due() {
  settle(saver_.finished(), kFailedSavesInARow);
  if (ranks_.alone() && !saver_.due(next_step())) return;
  finish_steps();
  if (state_.guard.diverged_in_a_row > 0) return;
  if (!agree_to_save()) return;
  if (!ranks_.first()) return void(optimizer_->gathered_state());
  saver_.start([this](CheckpointContent& content) { fill(content); });
}

/// The state of the last whole step, on the disk when this returns, whatever became of the one before. Throws: IoError.
void PretrainLoop::save_last() {
  settle(saver_.finished(/*wait=*/true), kNeverTooMany);
  if (state_.step == 0) return;  // a run that did nothing has nothing to lose
  if (!ranks_.first()) return saved_ ? void(optimizer_->gathered_state()) : void();
  settle(saver_.save_now([this](CheckpointContent& content) { fill(content); }), 1);
}

/// A first failure is told and training goes on, with the checkpoints that there are; `too_many` in a row end the run.
void PretrainLoop::settle(const std::optional<SaveOutcome>& outcome, int too_many) {
  if (!outcome) return;
  if (outcome->problem.empty()) {
    failed_saves_ = 0;
    return tell([&](Observer& observer) { observer.on_save(outcome->report); });
  }
  if (++failed_saves_ >= too_many) throw IoError(outcome->problem);
  tell([&](Observer& observer) { observer.on_save_failed(outcome->report.step, outcome->problem); });
}

/// Nothing is saved and no count starts anew: whoever tries again unchanged ends at the same step.
void PretrainLoop::give_up() {
  settle(saver_.finished(/*wait=*/true), kNeverTooMany);
  const auto checkpoint = newest_checkpoint(control_.checkpoints.run);
  throw Diverged(
      "step " + std::to_string(state_.step) + ": loss or gradient is not finite, " +
          (state_.guard.diverged_in_a_row >= kDivergedInARow
               ? std::to_string(kDivergedInARow) + " steps in a row"
               : std::to_string(kDivergedOfLast) + " of the last " + std::to_string(kDivergedSpan) + " steps") +
          (checkpoint.empty() ? "; there is no checkpoint before it"
                              : "; the newest checkpoint is " + checkpoint.string()),
      checkpoint);
}

void PretrainLoop::stop(const std::string& reason) {
  optimizer_->clear_gradients();
  tell([&](Observer& observer) { observer.on_interrupt(state_.step, reason); });
  save_last();
  throw Error(ExitCode::interrupted, "stopped by " + reason + " after step " + std::to_string(state_.step) + " of " +
                                         std::to_string(options_.max_steps));
}

void PretrainLoop::write_model(const std::filesystem::path& folder) const {
  nn::save_model(*model_, description(), folder);
}

}  // namespace cmgems::train
