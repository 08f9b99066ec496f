// cmgems bench scale: what several ranks cost and bring here, and a forecast for more of them.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>
#include <vector>

#include "bench_model.h"
#include "cmgems/parallel/gradient_reducer.h"
#include "cmgems/train/adamw.h"
#include "cmgems/train/lm_step.h"
#include "ranks.h"
#include "result_table.h"
#include "scale_model.h"
#include "stopwatch.h"

namespace cmgems::apps {
namespace {

using nlohmann::ordered_json;

constexpr const char* kExample =
    "Examples:\n"
    "  cmgems launch -n 2 -- bench scale --config logo.json --windows 64\n"
    "  cmgems bench scale --simulate --step-seconds 0.5 --bytes 356e6 --bandwidth 25 --latency 10";

struct Options {
  BenchFlags bench;
  bool simulate = false, shard = false;
  std::vector<int> gpus{8, 64, 512};
  double step_seconds = 0, bytes = 0, imbalance = 0;
  double bandwidth = 25, host_bandwidth = 300, latency = 10;  // GB/s, GB/s, microseconds
  int per_host = 8;
};

/// Means of a step.
struct Measured {
  int ranks = 1;
  std::int64_t threads = 1, steps = 0;
  double step = 0, tokens = 0, imbalance = 0;
  double bytes = 0, buckets = 0;
  double alone = 0;    // seconds of the reductions with nothing beside them
  double whole = 0;    // during training: seconds from the first to the last
  double waited = 0;   // of it standing still, by the last rank to come
  double skew = 0;     // seconds by which the first rank to come waits longer
  double moments = 0;  // bytes of optimizer state of this rank
  double hidden() const { return alone > 0 ? std::clamp(1 - waited / alone, 0.0, 1.0) : 0; }
};

class ScaleBench {
 public:
  ScaleBench(const Options& options, parallel::Ranks& ranks)
      : ranks_(ranks), bench_(options.bench), optimizer_(make_optimizer(options)) {
    if (!ranks.alone()) reducer_.emplace(optimizer_.parameters(), ranks);
  }

  Measured measure(double seconds) {
    Measured sum;
    for (std::int64_t step = 0; step < kWarmUp; ++step) train_step(step, sum);
    sum = {};
    double go_on = 1;
    for (double spent = 0; go_on > 0;) {
      const double before = sum.step;
      train_step(kWarmUp + sum.steps, sum);
      spent += sum.step - before;
      go_on = ranks_.first() && spent < seconds ? 1 : 0;
      ranks_.sum({&go_on, 1});
    }
    const auto steps = static_cast<double>(sum.steps);
    for (auto* value : {&sum.step, &sum.tokens, &sum.imbalance, &sum.whole, &sum.waited, &sum.skew}) *value /= steps;
    if (reducer_) sum.alone = reductions_alone(sum.steps);
    sum.ranks = ranks_.world();
    sum.threads = bench_.runtime.threads;
    sum.bytes = reducer_ ? static_cast<double>(reducer_->bytes()) : 0;
    sum.buckets = reducer_ ? static_cast<double>(reducer_->buckets()) : 0;
    for (const auto& [name, tensor] : optimizer_.state()) sum.moments += static_cast<double>(tensor.nbytes());
    return sum;
  }

 private:
  static constexpr std::int64_t kWarmUp = 2;

  train::AdamW make_optimizer(const Options& options) {
    const auto& train = bench_.config().train;
    const train::AdamWOptions adamw{train.adam_beta1, train.adam_beta2, train.adam_epsilon, train.weight_decay};
    return options.shard ? train::AdamW(*bench_.model, adamw, ranks_) : train::AdamW(*bench_.model, adamw);
  }

  void train_step(std::int64_t step, Measured& sum) {
    const auto batch = bench_.batch(step, ranks_.share());
    double masked = static_cast<double>(batch.masked);
    Stopwatch watch;
    ranks_.sum({&masked, 1});
    if (masked == 0) return void(++sum.steps);
    train::RankPart part{static_cast<std::uint64_t>(masked), ranks_.rank()};
    if (reducer_) {
      reducer_->begin();
      part.before_last_backward = [this] { reducer_->arm(); };
    }
    train::accumulate_gradients(bench_.model, batch.micro_batches, bench_.runtime, 1, step, train::never_stop, part);
    if (reducer_) {
      const auto time = reducer_->finish();
      sum.whole += time.whole;
      add_waits(time.waited, sum);
    }
    const auto& train = bench_.config().train;
    optimizer_.clip_gradients(train.max_grad_norm);
    optimizer_.step(train.learning_rate / 100);
    optimizer_.clear_gradients();
    sum.step += watch.lap();
    sum.tokens += static_cast<double>(batch.tokens);
    sum.imbalance += batch.imbalance;
    ++sum.steps;
  }

  /// Who comes first waits for the others' computing, too; who comes last waits for the reduction alone.
  void add_waits(double own, Measured& sum) {
    std::vector<double> waits(static_cast<std::size_t>(ranks_.world()));
    waits[static_cast<std::size_t>(ranks_.rank())] = own;
    ranks_.sum(waits);
    const auto [least, most] = std::minmax_element(waits.begin(), waits.end());
    sum.waited += *least;
    sum.skew += *most - *least;
  }

  double reductions_alone(std::int64_t steps) {
    double seconds = 0;
    for (std::int64_t step = 0; step < steps; ++step) {
      reducer_->begin();
      seconds += reducer_->finish().waited;
    }
    optimizer_.clear_gradients();
    return seconds / static_cast<double>(steps);
  }

  parallel::Ranks& ranks_;
  BenchModel bench_;
  train::AdamW optimizer_;
  std::optional<parallel::GradientReducer> reducer_;
};

void print(const Measured& measured, bool json) {
  if (json) {
    const ordered_json result = {{"command", "bench scale"},
                                 {"ranks", measured.ranks},
                                 {"threads", measured.threads},
                                 {"steps", measured.steps},
                                 {"tokens_per_second", measured.tokens / measured.step},
                                 {"step_seconds", measured.step},
                                 {"reduced_bytes", measured.bytes},
                                 {"buckets", measured.buckets},
                                 {"reduction_seconds_alone", measured.alone},
                                 {"reduction_seconds", measured.whole},
                                 {"waited_seconds", measured.waited},
                                 {"skew_seconds", measured.skew},
                                 {"hidden_share", measured.hidden()},
                                 {"imbalance", measured.imbalance},
                                 {"optimizer_bytes", measured.moments}};
    std::cout << result.dump(2) << "\n";
    return;
  }
  std::cout << measured.ranks << " ranks of " << measured.threads
            << " threads: " << decimals(measured.tokens / measured.step, 0) << " tokens/s, a step "
            << decimals(measured.step, 4) << " s; reduced " << decimals(measured.bytes / 1e6, 2) << " MB a step in "
            << measured.buckets << " buckets, " << decimals(measured.alone, 4) << " s by themselves, "
            << decimals(measured.waited, 4) << " s of it waited for by the last rank to come ("
            << percent(measured.hidden()) << " hidden behind backward); the first one comes "
            << decimals(measured.skew, 4) << " s before; imbalance of tokens " << percent(measured.imbalance)
            << "; optimizer state of a rank " << decimals(measured.moments / 1e6, 2) << " MB\n";
}

void print_forecast(const Options& options) {
  ScaleInputs inputs;
  inputs.step_seconds = options.step_seconds;
  inputs.bytes = options.bytes;
  inputs.per_host = options.per_host;
  inputs.host_bandwidth = options.host_bandwidth * 1e9;
  inputs.network_bandwidth = options.bandwidth * 1e9;
  inputs.latency = options.latency * 1e-6;
  inputs.imbalance = options.imbalance;
  ordered_json list = ordered_json::array();
  ResultTable table({"GPUs", "batch", "compute s", "reduce s", "exposed s", "step s", "efficiency"});
  for (const bool grow : {false, true}) {
    inputs.grow = grow;
    for (const int gpus : options.gpus) {
      const auto point = predict_scale(inputs, gpus);
      const std::string batch = grow ? "grows" : "divided";
      table.add({std::to_string(gpus), batch, significant(point.compute), significant(point.reduce),
                 significant(point.exposed), significant(point.step()), percent(point.efficiency)});
      list.push_back({{"gpus", gpus},
                      {"batch", batch},
                      {"compute_seconds", point.compute},
                      {"reduce_seconds", point.reduce},
                      {"exposed_seconds", point.exposed},
                      {"efficiency", point.efficiency}});
    }
  }
  if (!options.bench.output.json) return table.print(std::cout);
  std::cout << ordered_json{{"command", "bench scale"}, {"simulated", true}, {"points", list}}.dump(2) << "\n";
}

void run(const Options& options, Session& session) {
  start_logging(options.bench.output);
  if (options.simulate) {
    if (options.step_seconds <= 0 || options.bytes <= 0) {
      throw UsageError("--simulate needs --step-seconds of one GPU and --bytes of gradients, both as measured");
    }
    return print_forecast(options);
  }
  auto config = load_config(options.bench.config);
  auto& ranks = start_ranks(session, config.compute, RankUse::training);
  auto flags = options;
  flags.bench.config.assignments.push_back("compute.threads=" + std::to_string(config.compute.threads));
  ScaleBench bench(flags, ranks);
  const auto measured = bench.measure(options.bench.seconds);
  if (ranks.first()) print(measured, options.bench.output.json);
  ranks.wait_for_all();
}

}  // namespace

void add_bench_scale(CLI::App& bench, Session& session) {
  auto options = std::make_shared<Options>();
  auto* command = bench.add_subcommand(
      "scale", "Pretraining steps by several ranks: rate, bytes, what hides behind backward; or a forecast");
  add_bench_flags(*command, options->bench);
  command->add_flag("--shard", options->shard, "optimizer state in slices (compute.shard_optimizer)");
  command->add_flag("--simulate", options->simulate, "no measurement: a forecast from the numbers below");
  command->add_option("--step-seconds", options->step_seconds, "of one GPU for one batch, as measured")
      ->check(CLI::PositiveNumber);
  command->add_option("--bytes", options->bytes, "of gradients that each rank reduces a step, as measured")
      ->check(CLI::PositiveNumber);
  command->add_option("--imbalance", options->imbalance, "of the shares, as measured")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  command->add_option("--bandwidth", options->bandwidth, "between hosts, GB/s a host")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  command->add_option("--host-bandwidth", options->host_bandwidth, "within a host, GB/s a GPU")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  command->add_option("--latency", options->latency, "between hosts, microseconds a message")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  command->add_option("--per-host", options->per_host, "GPUs")->capture_default_str()->check(CLI::Range(1, 64));
  command->add_option("--gpus", options->gpus, "numbers to forecast, with commas")
      ->delimiter(',')
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  command->footer(kExample);
  command->callback([options, &session] {
    session.run = [options, &session] { run(*options, session); };
    session.takes_ranks = true;
  });
}

}  // namespace cmgems::apps
