// cmgems bench parts: what each part of a training step takes alone, and what all of them leave of a whole step.
#include <CLI/CLI.hpp>
#include <iostream>
#include <nlohmann/json.hpp>

#include "result_table.h"
#include "step_parts.h"
#include "timed_steps.h"

namespace cmgems::apps {
namespace {

using nlohmann::ordered_json;

constexpr const char* kExample = "Example:\n  cmgems bench parts --config dnabert.json --windows 16";
constexpr double kStepSeconds = 10;  // whole steps are measured for so many times the time of a part

/// A whole step, measured as `bench train` does: seconds, for as many tokens as the parts' batch has.
struct Whole {
  double rate, seconds;
};

Whole measure_whole(TimedSteps& bench, double seconds, std::int64_t tokens) {
  auto list = variants(bench.bench().runtime, /*with_bf16=*/false, /*ablate=*/false);
  bench.measure(list, seconds, 0);
  return {list[0].rate(), static_cast<double>(tokens) / list[0].rate()};
}

void print_json(const StepParts& step, const Whole& whole, const nn::Runtime& runtime) {
  ordered_json parts = ordered_json::array(), products = ordered_json::array();
  for (const auto& part : step.parts) {
    parts.push_back({{"part", part.name},
                     {"calls", part.calls},
                     {"ms", 1000 * part.seconds},
                     {"products_ms", 1000 * part.product_seconds}});
  }
  for (const auto& layer : step.products) {
    const double giga = layer.flops * 1e-9;
    products.push_back({{"in", layer.in},
                        {"out", layer.out},
                        {"rows", layer.selected ? step.selected : step.tokens},
                        {"forward_gflops", giga / layer.forward},
                        {"input_gradient_gflops", giga / layer.input_gradient},
                        {"weight_gradient_gflops", giga / layer.weight_gradient}});
  }
  std::cout << ordered_json{{"command", "bench parts"},
                            {"bf16", runtime.bf16},
                            {"threads", runtime.threads},
                            {"tokens", step.tokens},
                            {"selected", step.selected},
                            {"copy_gbytes_s", step.copy_rate * 1e-9},
                            {"parts", parts},
                            {"parts_ms", 1000 * step.seconds()},
                            {"products_ms", 1000 * step.product_seconds()},
                            {"step_ms", 1000 * whole.seconds},
                            {"tokens_s", whole.rate},
                            {"parts_tokens_s", static_cast<double>(step.tokens) / step.seconds()},
                            {"products_tokens_s", static_cast<double>(step.tokens) / step.product_seconds()},
                            {"products", products}}
                   .dump(2)
            << "\n";
}

void print_text(const StepParts& step, const Whole& whole) {
  std::cout << "A batch of " << step.tokens << " tokens, " << step.selected
            << " of them masked; copying: " << significant(step.copy_rate * 1e-9) << " GB/s read and written\n\n";
  ResultTable products({"GFLOP/s of products", "tokens", "forward", "input gradient", "weight gradient"});
  for (const auto& layer : step.products) {
    const auto rate = [&](double seconds) { return decimals(layer.flops * 1e-9 / seconds, 0); };
    products.add({std::to_string(layer.in) + " x " + std::to_string(layer.out), layer.selected ? "masked" : "all",
                  rate(layer.forward), rate(layer.input_gradient), rate(layer.weight_gradient)});
  }
  products.print(std::cout);
  std::cout << "\n";
  ResultTable table({"forward and backward", "calls", "ms a step", "of the step", "products alone, ms"});
  const auto add = [&](const std::string& name, const std::string& calls, double seconds, double product_seconds) {
    table.add({name, calls, significant(1000 * seconds), percent(seconds / whole.seconds),
               product_seconds > 0 ? significant(1000 * product_seconds) : "-"});
  };
  for (const auto& part : step.parts) add(part.name, std::to_string(part.calls), part.seconds, part.product_seconds);
  add("all parts", "", step.seconds(), step.product_seconds());
  add("whole step", "", whole.seconds, 0);
  table.print(std::cout);
  const auto tokens = static_cast<double>(step.tokens);
  std::cout << "\nTokens/s: " << decimals(whole.rate, 0) << ", of the parts alone "
            << decimals(tokens / step.seconds(), 0) << ", of the products alone "
            << decimals(tokens / step.product_seconds(), 0) << "\n";
}

void run(const BenchFlags& flags) {
  start_logging(flags.output);
  TimedSteps bench(flags);
  const auto step = measure_parts(bench.bench(), flags.seconds);
  const auto whole = measure_whole(bench, kStepSeconds * flags.seconds, step.tokens);
  if (flags.output.json) return print_json(step, whole, bench.bench().runtime);
  print_text(step, whole);
}

}  // namespace

void add_bench_parts(CLI::App& bench, Session& session) {
  auto flags = std::make_shared<BenchFlags>();
  flags->seconds = 0.5;
  auto* command = bench.add_subcommand(
      "parts", "The parts of a pretraining step alone (logo.json unless --config says otherwise), and a whole one");
  add_bench_flags(*command, *flags);
  command->footer(kExample);
  command->callback([flags, &session] { session.run = [flags] { run(*flags); }; });
}

}  // namespace cmgems::apps
