// One pretraining run. The order of things is in pretrain_loop.cpp, measurements in pretrain_evaluation.cpp, what is
// kept and restored in pretrain_saving.cpp, what several ranks agree on in pretrain_ranks.cpp.
//
// A device works on a queue, and whoever reads a figure from it waits for everything before. So the loss and gradient
// norm of a step on a GPU are read when the next step has been queued, and the update leaves the parameters alone by
// itself where they are not finite. state_ knows the steps whose figures have been read, queued_ holds the others; it
// is empty wherever something else happens than one step after the other, and always where several ranks train.
#pragma once

#include <algorithm>
#include <chrono>
#include <deque>
#include <memory>
#include <vector>

#include "cmgems/corpus/corpus.h"
#include "cmgems/masking/registry.h"
#include "cmgems/nn/device.h"
#include "cmgems/nn/heads.h"
#include "cmgems/parallel/gradient_reducer.h"
#include "cmgems/train/adamw.h"
#include "cmgems/train/checkpoint_saver.h"
#include "cmgems/train/pretrainer.h"
#include "cmgems/train/run_state.h"
#include "cmgems/train/step_figures.h"

namespace cmgems::train {

class PretrainLoop {
 public:
  PretrainLoop(const config::Config& config, const genome::Genome& genome, const npmi::Table* table,
               const std::vector<Observer*>& observers, const RunControl& control);
  /// Up to the end of the last step, whose checkpoint is on the disk then.
  void run();
  void write_model(const std::filesystem::path& folder) const;
  PretrainSummary finish();

 private:
  /// Ends the work on a step that cannot be finished.
  struct StopRequested {
    std::string reason;
  };
  struct QueuedStep {
    corpus::GlobalBatch batch;  // without its micro-batches
    double learning_rate, flops;
    StepFigures figures;
  };
  using Clock = std::chrono::steady_clock;

  void announce();
  void train();
  std::int64_t next_stop() const;
  corpus::GlobalBatch make_batch(std::int64_t step) const;
  std::int64_t next_step() const { return state_.step + static_cast<std::int64_t>(queued_.size()); }
  void train_step(corpus::GlobalBatch batch);
  at::Tensor gradients(const corpus::GlobalBatch& batch);
  void finish_steps(std::size_t all_but = 0);
  void finish_step(const QueuedStep& step);
  void count(const corpus::GlobalBatch& batch);
  void skip(const corpus::GlobalBatch& batch, const std::string& reason);
  void skip_diverged(const corpus::GlobalBatch& batch);
  void report_step(const QueuedStep& step, const StepFigures::Values& values);
  std::vector<MaskerReport> mask_reports(const corpus::GlobalBatch& batch) const;
  void poll() const;

  void agree(corpus::GlobalBatch& batch);
  at::Tensor reduced_gradients(const corpus::GlobalBatch& batch);
  double validation_loss();
  bool agree_to_save();
  void agree_on_start();
  [[noreturn]] void stop_together();
  std::string what_is_not_finite() const;

  void draw_validation();
  bool evaluation_due() const;
  void evaluate();
  void take(curriculum::State state, std::optional<double> drop);

  void restore(const std::filesystem::path& checkpoint);
  formats::ModelDescription description() const;
  void fill(CheckpointContent& content) const;
  void save_if_due();
  void save_last();
  void settle(const std::optional<SaveOutcome>& outcome, int too_many);
  [[noreturn]] void give_up();
  [[noreturn]] void stop(const std::string& reason);

  double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }
  Rate rate() const {
    const double passed = std::max(1e-9, seconds() - seconds_since_);
    return {tokens_since_ / passed, flops_since_ / passed};
  }
  template <class Call>
  void tell(Call call) const {
    for (auto* observer : observers_) call(*observer);
  }

  const config::Config& config_;
  const config::TrainOptions& options_;
  std::int64_t warmup_steps_, eval_steps_;
  std::vector<Observer*> observers_;
  const RunControl& control_;
  const std::unique_ptr<parallel::Ranks> alone_;
  parallel::Ranks& ranks_;
  nn::Runtime runtime_;
  corpus::Corpus corpus_;
  const curriculum::Schedule schedule_;
  const std::vector<std::unique_ptr<masking::Masker>> maskers_;
  formats::BertShape shape_;
  nn::MaskedLm model_;
  std::unique_ptr<AdamW> optimizer_;
  std::unique_ptr<parallel::GradientReducer> reducer_;  // of several ranks
  bool own_loss_finite_ = true;                         // of this rank's part of the last step
  std::vector<corpus::RaggedBatch> validation_;         // this rank's share
  std::uint64_t validation_masked_ = 0;                 // of all shares
  RunState state_;
  CheckpointSaver saver_;
  bool saved_ = false;    // by the first rank
  int failed_saves_ = 0;  // in a row
  std::size_t steps_ahead_;
  std::deque<QueuedStep> queued_;
  std::uint64_t session_tokens_ = 0;
  double session_flops_ = 0, products_ = 0;
  Clock::time_point start_ = Clock::now();
  double tokens_since_ = 0, flops_since_ = 0, seconds_since_ = 0;  // since the last evaluation
};

}  // namespace cmgems::train
