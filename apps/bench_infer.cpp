// cmgems bench infer: real tokens per second through the encoder, every token's last hidden state.
#include <torch/csrc/autograd/grad_mode.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <limits>
#include <nlohmann/json.hpp>

#include "bench_model.h"
#include "cmgems/corpus/prefetch.h"
#include "cmgems/train/lm_step.h"
#include "result_table.h"
#include "run_record.h"
#include "stopwatch.h"

namespace cmgems::apps {
namespace {

constexpr const char* kExample = "Example:\n  cmgems bench infer --config dnabert.json";

void run(const BenchFlags& flags) {
  start_logging(flags.output);
  BenchModel bench(flags);
  const torch::NoGradGuard no_grad;
  const auto device = train::device_of(bench.runtime);
  corpus::Prefetcher prefetcher([&](std::int64_t step) { return bench.batch(step); });
  prefetcher.open(0, std::numeric_limits<std::int64_t>::max());
  at::Tensor last;  // of the batch before: on a GPU the next one is queued before anybody waits
  const auto encode = [&] {
    const auto batch = prefetcher.next();
    at::Tensor states;
    for (const auto& micro : batch.micro_batches) {
      nn::Pass pass = train::make_pass(bench.runtime);
      states = bench.model->bert->forward(nn::to_ragged(micro, device), nullptr, pass);
    }
    if (last.defined()) wait_for(last);
    last = states;
    return batch;
  };
  auto work = nn::work_of(encode());
  wait_for(last);
  work.selected = 1;
  double tokens = 0, seconds = 0;
  Stopwatch watch;
  std::int64_t steps = 0;
  for (; seconds < flags.seconds; ++steps) {
    tokens += static_cast<double>(encode().tokens);
    seconds += watch.lap();
  }
  wait_for(last);
  seconds += watch.lap();
  const double rate = tokens / seconds;
  if (flags.output.json) {
    std::cout << nlohmann::ordered_json{{"command", "bench infer"},   {"threads", bench.runtime.threads},
                                        {"bf16", bench.runtime.bf16}, {"tokens_s", rate},
                                        {"batches", steps},           {"peak_memory_bytes", peak_memory()}}
                     .dump(2)
              << "\n";
    return;
  }
  const auto& shape = bench.shape();
  const double flops = nn::forward_flops(shape, work) - 2.0 * static_cast<double>(shape.hidden_size) *
                                                            static_cast<double>(shape.hidden_size + shape.vocab_size);
  const double best = nn::matmul_rate(shape, bench.runtime.bf16, bench.runtime.cuda);
  std::cout << decimals(rate, 0) << " tokens/s in " << steps << " batches of " << flags.windows << " windows, "
            << bench.runtime.threads << " threads; " << percent(rate * flops / best, 0) << " of the "
            << decimals(best / 1e9, 0) << " GFLOP/s of products of the model's sizes; peak memory "
            << (peak_memory() >> 20) << " MB\n";
}

}  // namespace

void add_bench_infer(CLI::App& bench, Session& session) {
  auto flags = std::make_shared<BenchFlags>();
  auto* command =
      bench.add_subcommand("infer", "Encoding windows (logo.json unless --config says otherwise), everything included");
  add_bench_flags(*command, *flags);
  command->footer(kExample);
  command->callback([flags, &session] { session.run = [flags] { run(*flags); }; });
}

}  // namespace cmgems::apps
