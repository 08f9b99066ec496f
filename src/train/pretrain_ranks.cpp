#include <ATen/ops/full.h>

#include <array>
#include <cmath>

#include "cmgems/base/error.h"
#include "cmgems/base/hash.h"
#include "cmgems/train/lm_step.h"
#include "pretrain_loop.h"

namespace cmgems::train {
namespace {

/// The fields of a masker's figures as numbers, to be added up.
template <class Statistics, class Visit>
void visit_fields(Statistics& s, const Visit& visit) {
  visit(s.examples);
  visit(s.tokens);
  visit(s.masked);
  visit(s.spans);
  visit(s.pmi_spans);
  visit(s.covered_twice);
  visit(s.bases);
  visit(s.hidden_bases);
  visit(s.npmi_sum);
  visit(s.npmi_tokens);
  visit(s.all_npmi_sum);
  visit(s.all_npmi_tokens);
}

}  // namespace

/// Ranks that began from different states would train apart without a word.
void PretrainLoop::agree_on_start() {
  if (ranks_.alone()) return;
  const auto own = to_json(state_, options_.seed, options_.windows_per_step);
  const auto states = ranks_.gather(sha256(own));
  for (std::size_t rank = 0; rank < states.size(); ++rank) {
    if (states[rank] == states[0]) continue;
    throw IoError("rank " + std::to_string(rank) +
                  " does not begin where rank 0 does: every host must see the run folder under the same path");
  }
  saved_ = !ranks_.share_first(control_.checkpoints.run.string()).empty();
}

/// Before a step: what all shares have masked, their figures, and whether anybody was asked to stop.
void PretrainLoop::agree(corpus::GlobalBatch& batch) {
  if (ranks_.alone()) return;
  bool stopped = false;
  try {
    poll();
  } catch (const StopRequested&) {
    stopped = true;
  }
  std::vector<double> values{static_cast<double>(batch.masked), stopped ? 1.0 : 0.0};
  for (const auto& statistics : batch.statistics) {
    visit_fields(statistics, [&](auto field) { values.push_back(static_cast<double>(field)); });
  }
  ranks_.sum(values);
  if (values[1] > 0) stop_together();
  batch.masked = static_cast<std::uint64_t>(values[0]);
  std::size_t next = 2;
  for (auto& statistics : batch.statistics) {
    visit_fields(statistics, [&](auto& field) { field = static_cast<std::decay_t<decltype(field)>>(values[next++]); });
  }
}

/// The first reason that any of them knows; they have agreed that there is one.
void PretrainLoop::stop_together() {
  for (auto& reason : ranks_.gather(ranks_.stop_reason())) {
    if (!reason.empty()) throw StopRequested{std::move(reason)};
  }
  throw StopRequested{"another rank"};
}

/// The loss of the global batch; the gradients are then those of all ranks. A rank that is to stop breaks off its own
/// share, takes part in the reductions that the others wait in, and all of them leave the step out.
at::Tensor PretrainLoop::reduced_gradients(const corpus::GlobalBatch& batch) {
  std::array<double, 2> values{0, 0};  // loss, ranks that broke off
  reducer_->begin();
  try {
    const RankPart part{batch.masked, ranks_.rank(), [this] { reducer_->arm(); }};
    const auto loss = accumulate_gradients(
        model_, batch.micro_batches, runtime_, static_cast<std::uint64_t>(options_.seed), state_.step,
        [this] { poll(); }, part);
    if (loss.defined()) values[0] = loss.item<double>();
  } catch (const StopRequested&) {
    values[1] = 1;
  }
  own_loss_finite_ = std::isfinite(values[0]);
  reducer_->finish();
  ranks_.sum(values);
  if (values[1] > 0) stop_together();
  return at::full({}, values[0], at::device(device_of(runtime_)).dtype(at::kDouble));
}

double PretrainLoop::validation_loss() {
  if (ranks_.alone()) return mean_cross_entropy(model_, validation_, runtime_, [this] { poll(); });
  std::array<double, 2> values{0, 0};  // sum, ranks that broke off
  try {
    values[0] = summed_cross_entropy(model_, validation_, runtime_, [this] { poll(); });
  } catch (const StopRequested&) {
    values[1] = 1;
  }
  ranks_.sum(values);
  if (values[1] > 0) stop_together();
  return values[0] / static_cast<double>(validation_masked_);
}

/// The first rank decides. Sharded moments have to be gathered by all of them; else the others have nothing to do.
bool PretrainLoop::agree_to_save() {
  double due = saver_.due(state_.step) ? 1 : 0;
  if (optimizer_->sharded()) ranks_.sum({&due, 1});
  return due > 0;
}

std::string PretrainLoop::what_is_not_finite() const {
  std::string where;
  if (!ranks_.alone()) {
    const auto finite = ranks_.gather(std::string(own_loss_finite_ ? "1" : "0"));
    for (std::size_t rank = 0; rank < finite.size(); ++rank) {
      if (finite[rank] == "0") where += (where.empty() ? " on rank " : ", ") + std::to_string(rank);
    }
  }
  return "loss or gradient is not finite" + where;
}

}  // namespace cmgems::train
