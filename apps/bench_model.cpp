#include "bench_model.h"

#include <ATen/ops/mm.h>
#include <ATen/ops/ones.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "cmgems/base/log.h"
#include "cmgems/masking/registry.h"
#include "cmgems/nn/init.h"
#include "inputs.h"
#include "stopwatch.h"

namespace cmgems::apps {

void add_bench_flags(CLI::App& command, BenchFlags& flags) {
  flags.config.file = "logo.json";
  add_config_flags(command, flags.config);
  command.add_option("--genome", flags.genome, "FASTA or .2bit files, or builtin:synthetic (default)");
  command.add_option("--windows", flags.windows, "windows of a batch")
      ->capture_default_str()
      ->check(CLI::Range(1, 10000));
  command.add_option("--seconds", flags.seconds, "time for each measurement")
      ->capture_default_str()
      ->check(CLI::Range(0.01, 3600.0));
  add_output_flags(command, flags.output);
}

BenchModel::BenchModel(const BenchFlags& flags) : config_(load_config(flags.config)), windows_(flags.windows) {
  config_.inputs.genome = flags.genome.empty() ? std::vector<std::string>{"builtin:synthetic"} : flags.genome;
  config_.masking.strategy = "random";
  config::validate(config_);
  runtime = nn::start_runtime(config_.compute);
  if (!runtime.note.empty()) log_warning(runtime.note);
  genome_ = load_genome(config_);
  const auto seed = static_cast<std::uint64_t>(config_.train.seed);
  corpus_ = std::make_unique<corpus::Corpus>(genome_, config_.data, config_.masking, nullptr, seed);
  masker_ = masking::make_masker("random", {static_cast<int>(config_.data.k), nullptr, config_.masking});
  shape_ = config::shape_of(config_.model, corpus_->vocabulary().size());
  model = nn::MaskedLm(shape_);
  nn::initialise(*model, config_.model.position_init, seed);
  if (runtime.cuda) model->to(at::Device(at::kCUDA));
}

corpus::GlobalBatch BenchModel::batch(std::int64_t step, const corpus::Share& share) const {
  const masking::Masker* const only = masker_.get();
  return corpus_->train_batch(
      step, windows_, {&only, 1}, [](std::int64_t) { return std::size_t{0}; },
      static_cast<std::size_t>(runtime.micro_batch_tokens), share);
}

Work work_of(const corpus::GlobalBatch& batch) {
  double tokens = 0, pairs = 0, masked = 0;
  for (const auto& micro : batch.micro_batches) {
    tokens += static_cast<double>(micro.tokens());
    masked += static_cast<double>(micro.masked.size());
    for (std::size_t w = 0; w < micro.windows(); ++w) {
      const double length = micro.cu_seqlens[w + 1] - micro.cu_seqlens[w];
      pairs += length * length;
    }
  }
  return {pairs / tokens, masked / tokens};
}

double forward_flops(const formats::BertShape& shape, const Work& work) {
  const auto hidden = static_cast<double>(shape.hidden_size), wide = static_cast<double>(shape.intermediate_size),
             vocabulary = static_cast<double>(shape.vocab_size), layers = static_cast<double>(shape.num_hidden_layers);
  const double keys = 4 * hidden * hidden;
  const double rest = 4 * hidden * hidden + 4 * hidden * wide + 4 * work.attended * hidden;
  const double head = 2 * (hidden * hidden + hidden * vocabulary);
  return (layers - 1) * (keys + rest) + keys + work.selected * (rest + head);
}

void wait_for(const at::Tensor& x) { x.flatten()[0].item<double>(); }

double matmul_rate(const formats::BertShape& shape, bool bf16, bool cuda) {
  const std::int64_t rows = cuda ? 65536 : 4096;  // enough for either to be busy
  constexpr int kRepeats = 7;
  const auto options = at::device(cuda ? at::kCUDA : at::kCPU).dtype(bf16 ? at::kBFloat16 : at::kFloat);
  const auto narrow = at::ones({rows, shape.hidden_size}, options),
             wide = at::ones({rows, shape.intermediate_size}, options),
             up = at::ones({shape.hidden_size, shape.intermediate_size}, options), down = up.t().contiguous();
  double best = 1e9;
  for (int i = 0; i < kRepeats; ++i) {
    Stopwatch watch;
    at::mm(narrow, up);
    wait_for(at::mm(wide, down));
    best = std::min(best, watch.lap());
  }
  return 4.0 * static_cast<double>(rows * shape.hidden_size * shape.intermediate_size) / best;
}

}  // namespace cmgems::apps
