#include "timed_steps.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "cmgems/train/lm_step.h"
#include "stopwatch.h"

namespace cmgems::apps {
namespace {

constexpr int kProfiledSteps = 5;

/// Every window as long as the longest of its micro-batch. Padding is attended to, so only the time means something.
corpus::RaggedBatch padded(const corpus::RaggedBatch& batch) {
  corpus::RaggedBatch result;
  std::int32_t width = 0;
  for (std::size_t w = 0; w < batch.windows(); ++w)
    width = std::max(width, batch.cu_seqlens[w + 1] - batch.cu_seqlens[w]);
  std::vector<std::int64_t> moved(batch.tokens());
  for (std::size_t w = 0; w < batch.windows(); ++w) {
    result.cu_seqlens.push_back(static_cast<std::int32_t>(result.ids.size()));
    for (std::int32_t i = 0; i < width; ++i) {
      const auto token = static_cast<std::size_t>(batch.cu_seqlens[w] + i);
      const bool real = batch.cu_seqlens[w] + i < batch.cu_seqlens[w + 1];
      if (real) moved[token] = static_cast<std::int64_t>(result.ids.size());
      result.ids.push_back(real ? batch.ids[token] : 0);
      result.positions.push_back(i);
    }
  }
  result.cu_seqlens.push_back(static_cast<std::int32_t>(result.ids.size()));
  for (const auto token : batch.masked) result.masked.push_back(moved[static_cast<std::size_t>(token)]);
  result.labels = batch.labels;
  return result;
}

}  // namespace

std::vector<Variant> variants(const nn::Runtime& runtime, bool with_bf16, bool ablate) {
  const bool bf16 = runtime.bf16;
  std::vector<Variant> list{{"as shipped", {}, false, bf16}};
  if (with_bf16) list.push_back({"bf16", {}, false, true});
  if (!ablate) return list;
  const auto without = [&](const char* name, bool nn::FastPaths::*path) {
    Variant variant{name, {}, false, bf16};
    variant.fast.*path = false;
    list.push_back(variant);
  };
  without("without fused LayerNorm", &nn::FastPaths::layer_norm);
  without(runtime.cuda ? "without flash attention" : "without fused attention", &nn::FastPaths::attention);
  if (!runtime.cuda) {  // a GPU has no such paths
    without("without chunked feed-forward", &nn::FastPaths::feed_forward);
    without("without fused cross-entropy", &nn::FastPaths::cross_entropy);
  }
  without("last layer on all tokens", &nn::FastPaths::last_layer_selected);
  without("head on all tokens", &nn::FastPaths::head_selected);
  const nn::FastPaths none{false, false, false, false, false, false};
  list.push_back({"padded (time only)", {}, true, bf16});
  list.push_back({"all of these off", none, true, bf16});
  return list;
}

double Profile::known() const {
  return std::accumulate(costs.begin(), costs.end(), 0.0,
                         [](double sum, const nn::Cost& c) { return sum + c.seconds; }) /
         seconds;
}

TimedSteps::TimedSteps(const BenchFlags& flags)
    : bench_(flags),
      options_(bench_.config().train),
      optimizer_(*bench_.model,
                 {options_.adam_beta1, options_.adam_beta2, options_.adam_epsilon, options_.weight_decay}),
      prefetcher_([this](std::int64_t step) { return bench_.batch(step); }) {
  prefetcher_.open(0, std::numeric_limits<std::int64_t>::max());
}

void TimedSteps::measure(std::vector<Variant>& list, double seconds, std::int64_t steps) {
  steps_ahead_ = list.size() == 1 && bench_.runtime.cuda ? 1 : 0;
  for (auto& variant : list) train_step(variant);
  finish_steps(0);
  for (auto& variant : list) variant.steps = 0, variant.tokens = variant.seconds = 0;
  const auto count = static_cast<std::int64_t>(list.size());
  Stopwatch watch;
  double spent = 0;
  for (std::int64_t round = 0; steps > 0 ? round < steps : spent < seconds * static_cast<double>(count); ++round) {
    for (std::int64_t i = 0; i < count; ++i) train_step(list[static_cast<std::size_t>((round + i) % count)]);
    spent += watch.lap();
  }
  finish_steps(0);
  list[0].seconds += watch.lap();  // of the step that was still queued
}

Profile TimedSteps::profile(Variant variant) {
  variant.tokens = 0;
  Profile profile;
  profile.steps = kProfiledSteps;
  profile.costs = nn::costs_of(bench_.runtime.cuda, [&] {
    Stopwatch watch;
    for (int i = 0; i < kProfiledSteps; ++i) train_step(variant);
    finish_steps(0);
    profile.seconds = watch.lap();
  });
  profile.rate = variant.tokens / profile.seconds;
  return profile;
}

void TimedSteps::train_step(Variant& variant) {
  Stopwatch watch;
  auto batch = prefetcher_.next();
  while (train::masked_tokens(batch.micro_batches) == 0) batch = prefetcher_.next();  // the trainer skips it, too
  const auto work = nn::work_of(batch);
  if (variant.padded)
    for (auto& micro : batch.micro_batches) micro = padded(micro);
  auto runtime = bench_.runtime;
  runtime.bf16 = variant.bf16;
  runtime.fast = variant.fast;
  const auto loss = train::accumulate_gradients(bench_.model, batch.micro_batches, runtime,
                                                static_cast<std::uint64_t>(options_.seed), step_);
  const auto norm = optimizer_.clip_gradients(options_.max_grad_norm);
  optimizer_.step(options_.learning_rate / 100, train::not_finite(loss, norm));
  optimizer_.clear_gradients();
  queued_.emplace_back(loss, norm);
  finish_steps(steps_ahead_);
  variant.seconds += watch.lap();
  variant.tokens += static_cast<double>(batch.tokens);
  ++variant.steps;
  ++step_;
  ++steps_;
  attended_ += work.attended;
  selected_ += work.selected;
}

void TimedSteps::finish_steps(std::size_t all_but) {
  for (; queued_.size() > all_but; queued_.pop_front()) queued_.front().read();
}

}  // namespace cmgems::apps
