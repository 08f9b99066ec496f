// cmgems bench train: real tokens per second of pretraining, and what each fast path is worth.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <deque>
#include <iostream>
#include <limits>
#include <nlohmann/json.hpp>

#include "bench_model.h"
#include "cmgems/base/error.h"
#include "cmgems/corpus/prefetch.h"
#include "cmgems/train/adamw.h"
#include "cmgems/train/lm_step.h"
#include "cmgems/train/step_figures.h"
#include "result_table.h"
#include "run_record.h"
#include "stopwatch.h"

namespace cmgems::apps {
namespace {

using nlohmann::ordered_json;

constexpr const char* kExample =
    "Examples:\n"
    "  cmgems bench train --config logo.json --seconds 20\n"
    "  cmgems bench train --config logo.json --ablate";

struct Options {
  BenchFlags bench;
  std::int64_t steps = 0;
  bool ablate = false;
  bool bf16 = false;
};

/// A way to run a step, and what it took so far.
struct Variant {
  std::string name;
  nn::FastPaths fast;
  bool padded = false;
  bool bf16 = false;
  std::int64_t steps = 0;
  double tokens = 0, seconds = 0;
  double rate() const { return tokens / seconds; }
};

/// The first one is what the others are compared with.
std::vector<Variant> variants(const Options& options, const nn::Runtime& runtime) {
  const bool bf16 = runtime.bf16;
  std::vector<Variant> list{{"as shipped", {}, false, bf16}};
  if (options.bf16) list.push_back({"bf16", {}, false, true});
  if (!options.ablate) return list;
  const auto without = [&](const char* name, bool nn::FastPaths::*path) {
    Variant variant{name, {}, false, bf16};
    variant.fast.*path = false;
    list.push_back(variant);
  };
  without("without fused LayerNorm", &nn::FastPaths::layer_norm);
  if (!runtime.cuda) {  // a GPU has no such paths
    without("without chunked feed-forward", &nn::FastPaths::feed_forward);
    without("without fused attention", &nn::FastPaths::attention);
    without("without fused cross-entropy", &nn::FastPaths::cross_entropy);
  }
  without("last layer on all tokens", &nn::FastPaths::last_layer_selected);
  without("head on all tokens", &nn::FastPaths::head_selected);
  const nn::FastPaths none{false, false, false, false, false, false};
  list.push_back({"padded (time only)", {}, true, bf16});
  list.push_back({"all of these off", none, true, bf16});
  return list;
}

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

class TrainBench {
 public:
  explicit TrainBench(const BenchFlags& flags)
      : bench_(flags),
        options_(bench_.config().train),
        optimizer_(*bench_.model,
                   {options_.adam_beta1, options_.adam_beta2, options_.adam_epsilon, options_.weight_decay}),
        prefetcher_([this](std::int64_t step) { return bench_.batch(step); }) {
    prefetcher_.open(0, std::numeric_limits<std::int64_t>::max());
  }

  /// One step of each in turn, again and again, so that a machine that slows down slows all of them; every round
  /// begins with another one, so that none always follows the same. Several variants wait for each step, to know its
  /// time; a single one runs as the trainer does on a GPU, which reads a step's figures when the next is queued.
  void measure(std::vector<Variant>& list, double seconds, std::int64_t steps) {
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

  BenchModel& bench() { return bench_; }
  nn::Work work() const { return {attended_ / steps_, selected_ / steps_}; }

 private:
  void train_step(Variant& variant) {
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

  void finish_steps(std::size_t all_but) {
    for (; queued_.size() > all_but; queued_.pop_front()) queued_.front().read();
  }

  BenchModel bench_;
  const config::TrainOptions& options_;
  train::AdamW optimizer_;
  std::deque<train::StepFigures> queued_;
  std::size_t steps_ahead_ = 0;
  corpus::Prefetcher prefetcher_;
  std::int64_t step_ = 0;
  double steps_ = 0, attended_ = 0, selected_ = 0;
};

struct Report {
  double flops, fp32_rate, bf16_rate;  // a token; FLOP/s of products
  int threads;
  std::int64_t device_memory;  // peak of the training, 0 on CPU
};

void print_json(const std::vector<Variant>& list, const Report& report) {
  ordered_json rows = ordered_json::array();
  for (const auto& variant : list) {
    rows.push_back(
        {{"variant", variant.name},
         {"bf16", variant.bf16},
         {"tokens_s", variant.rate()},
         {"tokens_step", variant.tokens / static_cast<double>(variant.steps)},
         {"ratio", variant.rate() / list[0].rate()},
         {"steps", variant.steps},
         {"matmul_share", variant.rate() * report.flops / (variant.bf16 ? report.bf16_rate : report.fp32_rate)}});
  }
  std::cout << ordered_json{{"command", "bench train"},
                            {"threads", report.threads},
                            {"mflop_token", report.flops / 1e6},
                            {"matmul_gflops", {{"fp32", report.fp32_rate / 1e9}, {"bf16", report.bf16_rate / 1e9}}},
                            {"peak_memory_bytes", peak_memory()},
                            {"peak_device_memory_bytes", report.device_memory},
                            {"rows", rows}}
                   .dump(2)
            << "\n";
}

void print_text(const std::vector<Variant>& list, const Report& report) {
  std::cout << decimals(report.flops / 1e6, 1) << " MFLOP a token; products of the model's sizes: fp32 "
            << decimals(report.fp32_rate / 1e9, 0) << " GFLOP/s"
            << (report.bf16_rate > 0 ? ", bf16 " + decimals(report.bf16_rate / 1e9, 0) + " GFLOP/s" : "") << "; "
            << report.threads << " threads; peak memory " << (peak_memory() >> 20) << " MB"
            << (report.device_memory > 0 ? ", on the device " + std::to_string(report.device_memory >> 20) + " MB" : "")
            << "\n\n";
  ResultTable table({"", "tokens/s", "ratio", "of the products' rate", "steps"});
  for (const auto& variant : list) {
    const double best = variant.bf16 ? report.bf16_rate : report.fp32_rate;
    table.add({variant.name, decimals(variant.rate(), 0), decimals(variant.rate() / list[0].rate(), 2),
               percent(variant.rate() * report.flops / best, 0), std::to_string(variant.steps)});
  }
  table.print(std::cout);
}

void run(const Options& options) {
  start_logging(options.bench.output);
  TrainBench bench(options.bench);
  auto& runtime = bench.bench().runtime;
  if (options.bf16 && !runtime.cuda && !nn::cpu_has_bf16()) {
    throw UsageError("--bf16: this processor has no bf16 instructions, there is nothing to compare");
  }
  auto list = variants(options, runtime);
  bench.measure(list, options.bench.seconds, options.steps);
  const auto& shape = bench.bench().shape();
  const auto device_memory = nn::peak_device_memory();
  const bool any_bf16 = runtime.bf16 || options.bf16;
  const Report report{nn::kTrainingFactor * nn::forward_flops(shape, bench.work()),
                      nn::matmul_rate(shape, false, runtime.cuda),
                      any_bf16 ? nn::matmul_rate(shape, true, runtime.cuda) : 0, runtime.threads, device_memory};
  if (options.bench.output.json) return print_json(list, report);
  print_text(list, report);
}

}  // namespace

void add_bench_train(CLI::App& bench, Session& session) {
  auto options = std::make_shared<Options>();
  auto* command = bench.add_subcommand(
      "train", "Pretraining steps (logo.json unless --config says otherwise), everything included");
  add_bench_flags(*command, options->bench);
  command->add_option("--steps", options->steps, "steps of each variant instead of --seconds")
      ->check(CLI::Range(1, 1'000'000));
  command->add_flag("--ablate", options->ablate, "every fast path off in turn, and all of them");
  command->add_flag("--bf16", options->bf16, "bf16 beside fp32");
  command->footer(kExample);
  command->callback([options, &session] { session.run = [options] { run(*options); }; });
}

}  // namespace cmgems::apps
