// cmgems bench train: real tokens per second of pretraining, what each fast path is worth, and what costs most.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>
#include <span>

#include "cmgems/base/error.h"
#include "result_table.h"
#include "run_record.h"
#include "timed_steps.h"

namespace cmgems::apps {
namespace {

using nlohmann::ordered_json;

constexpr const char* kExample =
    "Examples:\n"
    "  cmgems bench train --config logo.json --seconds 20\n"
    "  cmgems bench train --config logo.json --ablate\n"
    "  cmgems bench train --config dnabert.json --costs 5";

struct Options {
  BenchFlags bench;
  std::int64_t steps = 0, costs = 0;
  bool ablate = false;
  bool bf16 = false;
};

struct Report {
  double flops, fp32_rate, bf16_rate;  // a token; FLOP/s of products
  int threads;
  std::int64_t device_memory;  // peak of the training, 0 on CPU
  Profile profile;             // where the costs were asked for
  std::size_t costs;           // how many
};

constexpr std::size_t kNameWidth = 70;  // kernels carry their template arguments

std::string shortened(const std::string& name) {
  return name.size() <= kNameWidth ? name : name.substr(0, kNameWidth - 3) + "...";
}

std::span<const nn::Cost> largest(const Profile& profile, std::size_t count) {
  return std::span(profile.costs).first(std::min(count, profile.costs.size()));
}

ordered_json json_of(const Profile& profile, std::size_t count) {
  ordered_json costs = ordered_json::array();
  for (const auto& cost : largest(profile, count)) {
    costs.push_back({{"name", cost.name},
                     {"share", cost.seconds / profile.seconds},
                     {"ms_step", 1000 * cost.seconds / profile.steps},
                     {"calls_step", static_cast<double>(cost.calls) / profile.steps}});
  }
  return {{"steps", profile.steps}, {"tokens_s", profile.rate}, {"known_share", profile.known()}, {"costs", costs}};
}

void print_text(const Profile& profile, std::size_t count) {
  std::cout << "\nLargest costs of " << profile.steps << " watched steps (" << decimals(profile.rate, 0)
            << " tokens/s), which ran operations for " << percent(profile.known(), 0) << " of their time:\n\n";
  ResultTable table({"", "share", "ms a step", "calls a step"});
  for (const auto& cost : largest(profile, count)) {
    table.add({shortened(cost.name), percent(cost.seconds / profile.seconds),
               significant(1000 * cost.seconds / profile.steps),
               significant(static_cast<double>(cost.calls) / profile.steps)});
  }
  table.print(std::cout);
}

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
  ordered_json result{{"command", "bench train"},
                      {"threads", report.threads},
                      {"mflop_token", report.flops / 1e6},
                      {"matmul_gflops", {{"fp32", report.fp32_rate / 1e9}, {"bf16", report.bf16_rate / 1e9}}},
                      {"peak_memory_bytes", peak_memory()},
                      {"peak_device_memory_bytes", report.device_memory},
                      {"rows", rows}};
  if (report.profile.steps > 0) result["profile"] = json_of(report.profile, report.costs);
  std::cout << result.dump(2) << "\n";
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
  if (report.profile.steps > 0) print_text(report.profile, report.costs);
}

void run(const Options& options) {
  start_logging(options.bench.output);
  TimedSteps bench(options.bench);
  auto& runtime = bench.bench().runtime;
  if (options.bf16 && !runtime.cuda && !nn::cpu_has_bf16()) {
    throw UsageError("--bf16: this processor has no bf16 instructions, there is nothing to compare");
  }
  auto list = variants(runtime, options.bf16, options.ablate);
  bench.measure(list, options.bench.seconds, options.steps);
  const auto& shape = bench.bench().shape();
  const auto device_memory = nn::peak_device_memory();
  const bool any_bf16 = runtime.bf16 || options.bf16;
  const auto work = bench.work();
  const auto profile = options.costs > 0 ? bench.profile(list[0]) : Profile{};
  const Report report{nn::kTrainingFactor * nn::forward_flops(shape, work),
                      nn::matmul_rate(shape, false, runtime.cuda),
                      any_bf16 ? nn::matmul_rate(shape, true, runtime.cuda) : 0,
                      runtime.threads,
                      device_memory,
                      profile,
                      static_cast<std::size_t>(options.costs)};
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
  command->add_option("--costs", options->costs, "also the so many largest costs of a step, by LibTorch's profiler")
      ->check(CLI::Range(1, 1000));
  command->add_flag("--bf16", options->bf16, "bf16 beside fp32");
  command->footer(kExample);
  command->callback([options, &session] { session.run = [options] { run(*options); }; });
}

}  // namespace cmgems::apps
