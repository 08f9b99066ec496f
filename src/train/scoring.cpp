#include "cmgems/train/scoring.h"

#include <ATen/ops/softmax.h>
#include <torch/csrc/autograd/grad_mode.h>

#include <utility>

#include "cmgems/train/lm_step.h"

namespace cmgems::train {

SequenceScorer::SequenceScorer(nn::Classifier& model, nn::Average average, const nn::Runtime& runtime, Take take)
    : model_(model),
      average_(average),
      runtime_(runtime),
      take_(std::move(take)),
      batcher_(nn::longest_piece(model->bert->shape), static_cast<std::size_t>(runtime.micro_batch_tokens),
               [this](const corpus::PieceBatch& batch) { score(batch); }) {}

void SequenceScorer::score(const corpus::PieceBatch& batch) {
  const torch::NoGradGuard no_grad;
  nn::Pass pass = make_pass(runtime_);
  const auto pooled = model_->pooled(nn::to_ragged(batch.windows, device_of(runtime_)), pass);  // [W, H]
  const bool logits = average_ == nn::Average::logits;
  const auto means = means_.add(logits ? model_->score(pooled, pass) : pooled, batch);  // [S, .]
  if (means.size(0) == 0) return;
  const auto scores = logits ? means : model_->score(means, pass);
  // in double: differences of probabilities near 0 or 1 must not be those of their rounding
  const auto rows = at::softmax(scores.to(at::kDouble), -1).to(at::kCPU).contiguous();
  const auto classes = static_cast<std::size_t>(rows.size(1));
  const std::span<const double> values(rows.const_data_ptr<double>(), static_cast<std::size_t>(rows.numel()));
  for (std::size_t at = 0; at < values.size(); at += classes) take_(values.subspan(at, classes));
}

}  // namespace cmgems::train
