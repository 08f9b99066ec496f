// What training a classifier takes, whatever the protocol: token rows, a fresh head on an encoder, one update, the
// probabilities of a table. Private to this layer.
#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <vector>

#include "cmgems/config/config.h"
#include "cmgems/formats/model_folder.h"
#include "cmgems/kmer/vocabulary.h"
#include "cmgems/nn/device.h"
#include "cmgems/nn/heads.h"
#include "cmgems/tasks/labelled_table.h"
#include "cmgems/train/adamw.h"
#include "cmgems/train/token_rows.h"

namespace cmgems::train {

/// Norm that gradients are clipped to, here and in the papers.
constexpr double kMaxGradNorm = 1.0;

TokenRows tokenize_table(const tasks::LabelledTable& table, const kmer::Vocabulary& vocabulary);

/// What the classifier will be: the encoder of `folder` (with its dropout), or of config.model when it is empty, with a
/// head for `classes` on `pooling`. Throws: DataError, InputNotFound, UsageError.
formats::ModelDescription describe_classifier(const config::Config& config, int classes, config::Pooling pooling,
                                              const std::filesystem::path& folder);

/// A fresh head on the weights of `folder`; on random ones when it is empty. Throws: DataError, InputNotFound.
nn::Classifier make_classifier(const formats::ModelDescription& description, std::uint64_t seed,
                               const std::filesystem::path& folder);

/// `rows` in a fresh order for each epoch (Fisher and Yates), a pure function of its arguments.
std::vector<std::size_t> shuffled(std::vector<std::size_t> rows, std::uint64_t seed, std::int64_t epoch);

/// A classifier being trained on, or scoring, the rows of `data`.
struct Fit {
  nn::Classifier& model;
  const TokenRows& data;
  const nn::Runtime& runtime;
  std::uint64_t seed;
  at::Tensor class_weights{};  // [classes] fp32 on the model's device, of the loss; undefined = all the same
};

/// Which draw of dropout: a pure function of (seed, step, micro-batch).
struct FitStep {
  std::int64_t step;
  std::int64_t micro_batch = 0;
};

/// Cross-entropy of `rows`, averaged (with the class weights, as PyTorch's cross_entropy does); with dropout.
at::Tensor mean_loss(const Fit& fit, std::span<const std::size_t> rows, FitStep where);

/// Clips, updates and clears the gradients of one step, whose loss was `loss`.
/// Throws: DataError, naming `rate_key`, when loss or gradient is not finite.
void update(AdamW& optimizer, double loss, std::int64_t step, double learning_rate, const std::string& rate_key);

/// Class probabilities [rows, classes], row-major, in the table's order; calls `after_batch` with the rows done.
std::vector<double> probabilities_of(const Fit& fit, const std::function<void(std::size_t)>& after_batch);

}  // namespace cmgems::train
