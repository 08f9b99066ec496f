#include "cmgems/train/gue_trainer.h"

#include <ATen/TensorOperators.h>
#include <torch/csrc/autograd/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <numeric>
#include <utility>

#include "classifier_fit.h"
#include "cmgems/base/error.h"
#include "cmgems/base/log.h"
#include "cmgems/curriculum/learning_rate.h"
#include "cmgems/nn/pieces.h"
#include "cmgems/train/checkpoint_saver.h"
#include "cmgems/train/lm_step.h"

namespace cmgems::train {
namespace {

constexpr std::size_t kSpecialTokens = 2;  // [CLS] and [SEP]
constexpr const char* kRateKey = "gue.learning_rate";

/// Ends a run between two steps or two scored batches.
struct Stopped {
  std::string reason;
};

/// What a run remembers beside weights, moments and the best weights.
struct FitState {
  std::int64_t step = 0;      // completed
  std::int64_t measured = 0;  // the step of the last measurement on dev
  std::int64_t best_step = 0;
  double best_loss = std::numeric_limits<double>::infinity();
};

std::string to_json(const FitState& state) {
  nlohmann::ordered_json json = {
      {"step", state.step}, {"measured", state.measured}, {"best_step", state.best_step}, {"best_loss", nullptr}};
  if (std::isfinite(state.best_loss)) json["best_loss"] = state.best_loss;
  return json.dump(1) + "\n";
}

FitState state_from_json(const std::string& text) try {
  const auto json = nlohmann::json::parse(text);
  FitState state{json.at("step").get<std::int64_t>(), json.at("measured").get<std::int64_t>(),
                 json.at("best_step").get<std::int64_t>()};
  if (!json.at("best_loss").is_null()) state.best_loss = json["best_loss"].get<double>();
  return state;
} catch (const nlohmann::json::exception& error) {
  throw DataError(std::string("the state of the run cannot be read (") + error.what() +
                  "); remove the checkpoint to continue from another one");
}

double mean_log_loss(const std::vector<double>& probabilities, const TokenRows& rows) {
  const auto classes = probabilities.size() / rows.labels.size();
  double sum = 0;
  for (std::size_t row = 0; row < rows.labels.size(); ++row) {
    const double p = probabilities[row * classes + static_cast<std::size_t>(rows.labels[row])];
    sum -= std::log(std::max(p, std::numeric_limits<double>::min()));
  }
  return sum / static_cast<double>(rows.labels.size());
}

/// One run under way.
class GueFit {
 public:
  GueFit(nn::Classifier model, const formats::ModelDescription& description, const nn::Runtime& runtime,
         const GuePlan& plan, std::uint64_t seed, const GueRunOptions& options)
      : model_(std::move(model)),
        description_(description),
        runtime_(runtime),
        plan_(plan),
        seed_(seed),
        options_(options),
        optimizer_(*model_, {}),
        saver_(options.checkpoints) {
    copy_tensors(named_parameters(*model_), best_);
    if (!options.checkpoints.resume_from.empty()) {
      state_ = state_from_json(load_checkpoint(options.checkpoints.resume_from, *model_, tensors()));
    }
  }

  /// Class probabilities of `test` under the weights of the lowest dev loss. Throws: Error(interrupted), DataError.
  std::vector<double> run(const TokenRows& train, const TokenRows& dev, const TokenRows& test) {
    try {
      tell(GuePhase::training, 0, 0);
      for (;;) {
        if (measurement_due()) measure(dev);
        save_if_due();
        if (state_.step == plan_.steps) break;
        train_step(train);
        tell(GuePhase::training, 0, 0);
      }
      return score(test);
    } catch (const Stopped& stopped) {
      save_last();
      throw Error(ExitCode::interrupted, "stopped by " + stopped.reason + " after step " + std::to_string(state_.step) +
                                             " of " + std::to_string(plan_.steps));
    }
  }

  const FitState& state() const { return state_; }

 private:
  /// AdamW's default options are those of the protocol.
  static_assert(AdamWOptions{}.beta2 == 0.999 && AdamWOptions{}.weight_decay == 0.01);

  void tell(GuePhase phase, std::size_t scored, std::size_t rows) const {
    options_.on_progress({state_.step, plan_.steps, phase, scored, rows});
    if (auto reason = options_.stop_reason(); !reason.empty()) throw Stopped{std::move(reason)};
  }

  bool measurement_due() const {
    if (state_.step == 0 || state_.measured == state_.step) return false;
    return state_.step % plan_.eval_steps == 0 || state_.step == plan_.steps;
  }

  void measure(const TokenRows& dev) {
    const double loss = mean_log_loss(probabilities(dev, GuePhase::dev), dev);
    if (!std::isfinite(loss)) {
      throw DataError("the dev loss after step " + std::to_string(state_.step) + " is not finite; lower " + kRateKey);
    }
    state_.measured = state_.step;
    if (!(loss < state_.best_loss)) return;
    state_.best_loss = loss;
    state_.best_step = state_.step;
    copy_tensors(named_parameters(*model_), best_);
  }

  std::vector<double> probabilities(const TokenRows& rows, GuePhase phase) {
    return probabilities_of({model_, rows, runtime_, seed_},
                            [&](std::size_t scored) { tell(phase, scored, rows.tokens.size()); });
  }

  /// Weights and moments go on with the last ones when scoring is stopped.
  std::vector<double> score(const TokenRows& test) {
    exchange_best();
    try {
      return probabilities(test, GuePhase::test);
    } catch (const Stopped&) {
      exchange_best();
      throw;
    }
  }

  void exchange_best() {
    const torch::NoGradGuard no_grad;
    const auto weights = named_parameters(*model_);
    for (std::size_t i = 0; i < weights.size(); ++i) {
      at::Tensor weight = weights[i].second, best = best_[i].second;
      const auto last = weight.clone();
      weight.copy_(best);
      best.copy_(last);
    }
  }

  std::span<const std::size_t> rows_of_step(std::size_t count) {
    const auto batch = plan_.batch_size, rows = static_cast<std::int64_t>(count);
    const auto steps_per_epoch = (rows + batch - 1) / batch;
    const auto epoch = state_.step / steps_per_epoch, first = state_.step % steps_per_epoch * batch;
    if (epoch != epoch_) {
      order_.resize(count);
      std::iota(order_.begin(), order_.end(), std::size_t{0});
      order_ = shuffled(std::move(order_), seed_, epoch);
      epoch_ = epoch;
    }
    return std::span<const std::size_t>(order_).subspan(static_cast<std::size_t>(first),
                                                        static_cast<std::size_t>(std::min(batch, rows - first)));
  }

  /// How many of the first rows fit the token budget, one at least.
  std::size_t micro_batch(const TokenRows& data, std::span<const std::size_t> rows) const {
    const auto longest = nn::longest_piece(description_.shape);
    std::size_t count = 0, tokens = 0;
    for (const auto row : rows) {
      const auto length = data.tokens[row].size();
      tokens += length + kSpecialTokens * std::max<std::size_t>(1, (length + longest - 1) / longest);
      if (count > 0 && tokens > static_cast<std::size_t>(runtime_.micro_batch_tokens)) break;
      ++count;
    }
    return count;
  }

  /// The gradient of the batch's mean loss, summed up over parts that fit the memory.
  void train_step(const TokenRows& data) {
    auto rows = rows_of_step(data.tokens.size());
    const auto total = static_cast<double>(rows.size());
    double loss = 0;
    for (std::int64_t part = 0; !rows.empty(); ++part) {
      const auto count = micro_batch(data, rows);
      const auto share = mean_loss({model_, data, runtime_, seed_}, rows.first(count), {state_.step, part}) *
                         (static_cast<double>(count) / total);
      share.backward();
      loss += share.item<double>();
      rows = rows.subspan(count);
    }
    const double factor = curriculum::linear_warmup_decay(state_.step, plan_.warmup_steps, plan_.steps);
    update(optimizer_, loss, state_.step, plan_.learning_rate * factor, kRateKey);
    ++state_.step;
  }

  /// What a checkpoint holds beside the weights, in its own memory.
  NamedTensors tensors() const {
    auto all = optimizer_.state();
    for (const auto& [name, tensor] : best_) all.emplace_back("best." + name, tensor);
    return all;
  }

  void fill(CheckpointContent& content) const {
    content.step = state_.step;
    content.description = description_;
    copy_tensors(named_parameters(*model_), content.weights);
    copy_tensors(tensors(), content.optimizer);
    content.state = to_json(state_);
  }

  static void warn(const std::optional<SaveOutcome>& outcome) {
    if (outcome && !outcome->problem.empty()) log_warning("a checkpoint is missing: " + outcome->problem);
  }

  void save_if_due() {
    warn(saver_.finished());
    if (state_.step > 0 && state_.step < plan_.steps && saver_.due(state_.step)) {
      saver_.start([this](CheckpointContent& content) { fill(content); });
    }
  }

  void save_last() {
    warn(saver_.finished(/*wait=*/true));
    if (state_.step == 0) return;
    const auto outcome = saver_.save_now([this](CheckpointContent& content) { fill(content); });
    if (outcome && !outcome->problem.empty()) throw IoError(outcome->problem);
  }

  nn::Classifier model_;
  const formats::ModelDescription& description_;
  const nn::Runtime& runtime_;
  const GuePlan& plan_;
  std::uint64_t seed_;
  const GueRunOptions& options_;
  AdamW optimizer_;
  NamedTensors best_;  // weights of the lowest dev loss; before the first measurement those of the beginning
  FitState state_;
  std::vector<std::size_t> order_;  // of the rows in epoch_
  std::int64_t epoch_ = -1;
  CheckpointSaver saver_;
};

void cut_off(TokenRows& rows, std::size_t max_tokens) {
  for (auto& tokens : rows.tokens) tokens.resize(std::min(tokens.size(), max_tokens));
}

}  // namespace

GuePlan gue_plan(const tasks::GueSet& set, const config::GueOptions& options, std::size_t train_rows) {
  const auto per_epoch = (static_cast<std::int64_t>(train_rows) + options.batch_size - 1) / options.batch_size;
  return {set.steps > 0 ? set.steps : set.epochs * per_epoch,
          set.eval_steps,
          set.warmup_steps,
          options.batch_size,
          options.learning_rate,
          static_cast<std::size_t>(set.max_tokens) - kSpecialTokens};
}

void check_gue_model(const config::Config& config, int classes, const std::filesystem::path& model_folder) {
  const auto description = describe_classifier(config, classes, config.gue.pooling, model_folder);
  nn::longest_piece(description.shape);  // a model without room for a k-mer
  make_classifier(description, 0, model_folder);
}

GueTrainer::GueTrainer(const config::Config& config, const tasks::GueData& data, std::filesystem::path model_folder)
    : config_(config),
      folder_(std::move(model_folder)),
      description_(describe_classifier(config, data.classes, config.gue.pooling, folder_)),
      plan_(gue_plan(*data.set, config.gue, data.train.examples.size())) {
  const kmer::Vocabulary vocabulary(description_.k);
  train_ = tokenize_table(data.train, vocabulary);
  dev_ = tokenize_table(data.dev, vocabulary);
  test_ = tokenize_table(data.test, vocabulary);
  for (auto* rows : {&train_, &dev_, &test_}) cut_off(*rows, plan_.max_tokens);
  check_gue_model(config, data.classes, folder_);
}

GueRun GueTrainer::run(std::uint64_t seed, const GueRunOptions& options) const {
  const auto runtime = nn::start_runtime(config_.compute);
  auto model = make_classifier(description_, seed, options.random_weights ? std::filesystem::path{} : folder_);
  model->to(device_of(runtime));
  GueFit fit(model, description_, runtime, plan_, seed, options);
  const auto probabilities = fit.run(train_, dev_, test_);
  const std::vector<int> labels(test_.labels.begin(), test_.labels.end());
  const auto predictions = metrics::most_likely(probabilities, description_.classes);
  GueRun run;
  run.seed = seed;
  run.scores = metrics::score_predictions(labels, predictions, probabilities, description_.classes);
  run.best_step = fit.state().best_step;
  run.dev_loss = fit.state().best_loss;
  return run;
}

}  // namespace cmgems::train
