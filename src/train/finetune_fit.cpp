#include "finetune_fit.h"

#include <torch/csrc/autograd/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "cmgems/curriculum/learning_rate.h"

namespace cmgems::train {
namespace {

/// Forward, backward and update for one batch; -> its mean loss.
double train_step(const Fit& fit, AdamW& optimizer, std::span<const std::size_t> rows, std::int64_t step,
                  double learning_rate) {
  const auto loss = mean_loss(fit, rows, {step});
  loss.backward();
  const double value = loss.item<double>();
  update(optimizer, value, step, learning_rate, "finetune.learning_rate");
  return value;
}

/// The weights of the epoch with the lowest held-out loss.
class BestEpoch {
 public:
  explicit BestEpoch(nn::Classifier& model) : model_(model) {}

  /// -> whether `patience` epochs in a row were not better.
  bool stops(std::int64_t epoch, double loss, std::int64_t patience) {
    if (loss < loss_) {
      loss_ = loss;
      epoch_ = epoch;
      copies_.clear();
      for (const auto& parameter : trained()) copies_.push_back(parameter.detach().clone());
    }
    return epoch - epoch_ >= patience;
  }

  void restore() const {
    const torch::NoGradGuard no_grad;
    auto parameters = trained();
    for (std::size_t i = 0; i < copies_.size(); ++i) parameters[i].copy_(copies_[i]);
  }

  std::int64_t epoch() const { return epoch_; }
  double loss() const { return loss_; }

 private:
  std::vector<at::Tensor> trained() const {
    std::vector<at::Tensor> parameters;
    for (const auto& parameter : model_->parameters()) {
      if (parameter.requires_grad()) parameters.push_back(parameter);
    }
    return parameters;
  }

  nn::Classifier& model_;
  double loss_ = std::numeric_limits<double>::infinity();
  std::int64_t epoch_ = 0;
  std::vector<at::Tensor> copies_;
};

/// Epochs of one training.
class Epochs {
 public:
  Epochs(const Fit& fit, const FinetunePlan& plan, const config::FinetuneOptions& options,
         const std::function<void(std::int64_t)>& after_step)
      : fit_(fit),
        plan_(plan),
        after_step_(after_step),
        optimizer_(*fit.model, {0.9, 0.999, 1e-8, options.weight_decay}),
        rows_(fit.data.tokens.size()),
        total_(steps_of(plan, rows_.size())),
        warmup_(static_cast<std::int64_t>(std::lround(options.warmup_ratio * static_cast<double>(total_)))) {
    std::iota(rows_.begin(), rows_.end(), std::size_t{0});
  }

  /// -> mean loss.
  double run(std::int64_t epoch) {
    const auto order = shuffled(rows_, fit_.seed, epoch);
    const auto count = static_cast<std::int64_t>(rows_.size());
    double loss = 0;
    for (std::int64_t first = 0; first < count; first += plan_.batch_size) {
      const auto size = std::min(plan_.batch_size, count - first);
      const std::span<const std::size_t> wanted(order.data() + first, static_cast<std::size_t>(size));
      const double rate = plan_.learning_rate * curriculum::linear_warmup_decay(step_, warmup_, total_);
      loss +=
          train_step(fit_, optimizer_, wanted, step_, rate) * static_cast<double>(size) / static_cast<double>(count);
      after_step_(++step_);
    }
    return loss;
  }

  std::int64_t step() const { return step_; }

 private:
  const Fit& fit_;
  const FinetunePlan& plan_;
  const std::function<void(std::int64_t)>& after_step_;
  AdamW optimizer_;
  std::vector<std::size_t> rows_;
  std::int64_t step_ = 0, total_, warmup_;
};

}  // namespace

std::int64_t steps_of(const FinetunePlan& plan, std::size_t rows) {
  const auto count = static_cast<std::int64_t>(rows);
  return plan.epochs * ((count + plan.batch_size - 1) / plan.batch_size);
}

void freeze(nn::Classifier& model, const config::FinetuneOptions& options) {
  if (options.freeze == config::Freeze::none) return;
  for (auto& parameter : model->bert->parameters()) parameter.set_requires_grad(false);
  for (auto& parameter : model->pooler->parameters()) parameter.set_requires_grad(true);
  if (options.freeze == config::Freeze::encoder) return;
  const auto layers = model->bert->layers->size();
  for (auto layer = layers - static_cast<std::size_t>(options.trained_layers); layer < layers; ++layer) {
    for (auto& parameter : model->bert->layers[layer]->parameters()) parameter.set_requires_grad(true);
  }
}

double mean_loss_of_table(const Fit& fit, const std::function<void()>& after_batch) {
  const auto probabilities = probabilities_of(fit, [&](std::size_t) { after_batch(); });
  const auto classes = static_cast<std::size_t>(fit.model->classifier->weight.size(0));
  std::vector<double> weights(classes, 1);
  if (fit.class_weights.defined()) {
    for (std::size_t c = 0; c < classes; ++c)
      weights[c] = fit.class_weights[static_cast<std::int64_t>(c)].item<double>();
  }
  double sum = 0, total = 0;
  for (std::size_t row = 0; row < fit.data.labels.size(); ++row) {
    const auto label = static_cast<std::size_t>(fit.data.labels[row]);
    const double probability = std::max(probabilities[row * classes + label], std::numeric_limits<double>::min());
    sum -= weights[label] * std::log(probability);
    total += weights[label];
  }
  return sum / total;
}

FitResult train_classifier(const Fit& fit, const FinetunePlan& plan, const config::FinetuneOptions& options,
                           const Fit* held_out, const std::function<void(std::int64_t)>& after_step) {
  Epochs epochs(fit, plan, options, after_step);
  BestEpoch best(fit.model);
  const bool stopping = held_out != nullptr && options.early_stopping;
  const auto measure = [&] { return mean_loss_of_table(*held_out, [&] { after_step(epochs.step()); }); };
  FitResult result;
  while (result.epochs < plan.epochs) {
    result.last_loss = epochs.run(result.epochs);
    ++result.epochs;
    if (stopping && best.stops(result.epochs, measure(), *options.early_stopping)) break;
  }
  if (stopping) {
    best.restore();
    result.best_epoch = best.epoch();
    result.held_out_loss = best.loss();
  } else if (held_out != nullptr) {
    result.held_out_loss = measure();
  }
  return result;
}

}  // namespace cmgems::train
