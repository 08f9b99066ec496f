// What `bench train` and `bench infer` share: a model with initial weights, windows of the pretraining mix.
#pragma once

#include <memory>

#include "cmgems/corpus/corpus.h"
#include "cmgems/masking/masker.h"
#include "cmgems/nn/device.h"
#include "cmgems/nn/flops.h"
#include "cmgems/nn/heads.h"
#include "command.h"

namespace cmgems::apps {

/// Flags of both, and what they come to.
struct BenchFlags {
  ConfigFlags config;
  OutputFlags output;
  std::vector<std::string> genome;
  std::int64_t windows = 32;  // of a batch
  double seconds = 10;
};
void add_bench_flags(CLI::App& command, BenchFlags& flags);

/// Genome, model and source of batches. Masks are random ones: their kind hardly changes the time of a step.
class BenchModel {
 public:
  /// Throws: as load_config, nn::start_runtime and genome::read_genome do.
  explicit BenchModel(const BenchFlags& flags);
  corpus::GlobalBatch batch(std::int64_t step, const corpus::Share& share = {}) const;
  const config::Config& config() const { return config_; }
  const formats::BertShape& shape() const { return shape_; }
  nn::Runtime runtime;
  nn::MaskedLm model{nullptr};

 private:
  config::Config config_;
  std::int64_t windows_;
  genome::Genome genome_;
  std::unique_ptr<corpus::Corpus> corpus_;
  std::unique_ptr<masking::Masker> masker_;
  formats::BertShape shape_;
};

/// Returns when the device has computed x, of which it reads one element.
void wait_for(const at::Tensor& x);

}  // namespace cmgems::apps
