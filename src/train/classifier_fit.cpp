#include "classifier_fit.h"

#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/tensor.h>
#include <torch/csrc/autograd/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <utility>

#include "cmgems/base/error.h"
#include "cmgems/base/random.h"
#include "cmgems/nn/init.h"
#include "cmgems/nn/pieces.h"
#include "cmgems/nn/weights.h"
#include "cmgems/train/lm_step.h"
#include "cmgems/train/scoring.h"

namespace cmgems::train {
namespace {

corpus::SequenceBatch batch_of(const TokenRows& rows, std::span<const std::size_t> wanted, std::size_t longest) {
  corpus::SequenceBatch batch;
  for (const auto row : wanted) corpus::append_sequence(batch, rows.tokens[row], longest);
  return batch;
}

at::Tensor labels_of(const TokenRows& rows, std::span<const std::size_t> wanted, at::Device device) {
  std::vector<std::int64_t> labels;
  for (const auto row : wanted) labels.push_back(rows.labels[row]);
  return at::tensor(at::ArrayRef<std::int64_t>(labels), at::kLong).to(device);
}

/// The same of a frozen encoder's outputs, which take a fraction of the time.
std::vector<double> probabilities_of_outputs(const Fit& fit, const std::function<void(std::size_t)>& after_batch) {
  constexpr std::size_t kRows = 1024;
  const torch::NoGradGuard no_grad;
  std::vector<double> probabilities;
  std::vector<std::size_t> wanted;
  for (std::size_t first = 0; first < fit.data.tokens.size(); first += kRows) {
    wanted.resize(std::min(kRows, fit.data.tokens.size() - first));
    std::iota(wanted.begin(), wanted.end(), first);
    nn::Pass pass = make_pass(fit.runtime);
    const auto batch = batch_of(fit.data, wanted, nn::longest_piece(fit.model->bert->shape));
    const auto scores = classify_outputs(fit.model, *fit.outputs, wanted, batch, pass);
    const auto rows = at::softmax(scores.to(at::kDouble), -1).to(at::kCPU).contiguous();
    probabilities.insert(probabilities.end(), rows.const_data_ptr<double>(),
                         rows.const_data_ptr<double>() + rows.numel());
    after_batch(first + wanted.size());
  }
  return probabilities;
}

}  // namespace

TokenRows tokenize_table(const tasks::LabelledTable& table, const kmer::Vocabulary& vocabulary) {
  TokenRows rows;
  for (const auto& example : table.examples) {
    rows.tokens.push_back(kmer::tokenize(vocabulary, example.sequence));
    rows.labels.push_back(example.label);
  }
  return rows;
}

formats::ModelDescription describe_classifier(const config::Config& config, int classes, config::Pooling pooling,
                                              const std::filesystem::path& folder) {
  formats::ModelDescription description;
  if (folder.empty()) {
    description.k = static_cast<int>(config.data.k);
    description.shape = config::shape_of(config.model, kmer::Vocabulary(description.k).size());
    description.position_init = config.model.position_init;
  } else {
    description = formats::read_model_description(folder);
  }
  description.classes = classes;
  description.labels.clear();  // a new task: the folder's names are not its
  description.pooling = pooling == config::Pooling::cls ? "cls" : "mean";
  return description;
}

nn::Classifier make_classifier(const formats::ModelDescription& description, std::uint64_t seed,
                               const std::filesystem::path& folder) {
  const auto pooling = description.pooling == "cls" ? config::Pooling::cls : config::Pooling::mean;
  nn::Classifier model(description.shape, description.classes, pooling);
  nn::initialise(*model, description.position_init, seed);
  if (!folder.empty()) nn::load_weights(*model, folder, {"bert.pooler.", "classifier."});
  return model;
}

std::vector<std::size_t> shuffled(std::vector<std::size_t> rows, std::uint64_t seed, std::int64_t epoch) {
  RandomStream random(seed, Purpose::few_shot, static_cast<std::uint64_t>(epoch) + 1, 1);
  for (std::size_t i = rows.size(); i > 1; --i)
    std::swap(rows[i - 1], rows[random.below(static_cast<std::uint32_t>(i))]);
  return rows;
}

at::Tensor mean_loss(const Fit& fit, std::span<const std::size_t> rows, FitStep where) {
  const nn::DropoutStream dropout(fit.seed, static_cast<std::uint64_t>(where.step),
                                  static_cast<std::uint64_t>(where.micro_batch));
  nn::Pass pass = make_pass(fit.runtime, dropout);
  const auto device = device_of(fit.runtime);
  const auto batch = batch_of(fit.data, rows, nn::longest_piece(fit.model->bert->shape));
  const auto logits = fit.outputs != nullptr ? classify_outputs(fit.model, *fit.outputs, rows, batch, pass)
                                             : nn::classify(fit.model, batch, nn::Average::pooled, device, pass);
  const std::optional<at::Tensor> weights =
      fit.class_weights.defined() ? std::optional<at::Tensor>(fit.class_weights) : std::nullopt;
  return at::cross_entropy_loss(logits, labels_of(fit.data, rows, device), weights);
}

void update(AdamW& optimizer, double loss, std::int64_t step, double learning_rate, const std::string& rate_key) {
  if (!std::isfinite(loss) || !std::isfinite(optimizer.clip_gradients(kMaxGradNorm).item<double>())) {
    throw DataError("fine-tuning diverged in step " + std::to_string(step + 1) +
                    ": loss or gradient is not finite; lower " + rate_key);
  }
  optimizer.step(learning_rate);
  optimizer.clear_gradients();
}

std::vector<double> probabilities_of(const Fit& fit, const std::function<void(std::size_t)>& after_batch) {
  if (fit.outputs != nullptr) return probabilities_of_outputs(fit, after_batch);
  std::vector<double> probabilities;
  std::size_t done = 0, told = 0;
  SequenceScorer scorer(fit.model, nn::Average::pooled, fit.runtime, [&](std::span<const double> row) {
    probabilities.insert(probabilities.end(), row.begin(), row.end());
    ++done;
  });
  for (const auto& tokens : fit.data.tokens) {
    scorer.add(tokens);
    if (done > told) after_batch(told = done);
  }
  scorer.finish();
  if (done > told) after_batch(done);
  return probabilities;
}

}  // namespace cmgems::train
