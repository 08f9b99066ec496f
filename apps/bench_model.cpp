#include "bench_model.h"

#include <ATen/core/Tensor.h>

#include <CLI/CLI.hpp>

#include "cmgems/base/log.h"
#include "cmgems/masking/registry.h"
#include "cmgems/nn/init.h"
#include "inputs.h"

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

void wait_for(const at::Tensor& x) { x.flatten()[0].item<double>(); }

}  // namespace cmgems::apps
