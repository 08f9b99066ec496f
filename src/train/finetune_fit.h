// One training of a classifier: epochs over its rows, held-out loss after each, the best epoch kept when asked for.
// Private to this layer.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "classifier_fit.h"
#include "cmgems/train/finetuner.h"

namespace cmgems::train {

struct FitResult {
  double last_loss = 0;                    // mean of the last epoch, with class weights
  std::int64_t epochs = 0;                 // done
  std::optional<std::int64_t> best_epoch;  // from 1, with early stopping: whose weights the model has
  double held_out_loss = 0;                // of the weights that the model has; 0 without held-out rows
};

/// Steps of a training on `rows` rows, when nothing stops it.
std::int64_t steps_of(const FinetunePlan& plan, std::size_t rows);

/// Keeps what config::Freeze says from being trained. REQUIRES: trained_layers is not above the model's layers.
void freeze(nn::Classifier& model, const config::FinetuneOptions& options);

/// Mean cross-entropy of all rows of fit.data, without dropout.
double mean_loss_of_table(const Fit& fit, const std::function<void()>& after_batch);

/// Trains on all rows of fit.data, in an order of its own for each epoch. With `held_out` (a fit of the same model on
/// other rows) their loss is measured after the last epoch, and with early stopping after each one: training ends when
/// it was not lower for so many epochs, and the best epoch's weights come back.
/// Calls `after_step` after each step and each batch of held-out rows with the steps done.
FitResult train_classifier(const Fit& fit, const FinetunePlan& plan, const config::FinetuneOptions& options,
                           const Fit* held_out, const std::function<void(std::int64_t)>& after_step);

}  // namespace cmgems::train
