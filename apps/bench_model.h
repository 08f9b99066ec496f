// What `bench train` and `bench infer` share: a model with initial weights, windows of the pretraining mix, and what
// the machine could do at best.
#pragma once

#include <memory>

#include "cmgems/corpus/corpus.h"
#include "cmgems/masking/masker.h"
#include "cmgems/nn/device.h"
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

/// Floating-point operations of one token: forward, or three times that for training (docs/performance.md).
/// attended: mean number of tokens that a token attends to; selected: share of tokens through the head and the last
/// layer's queries and feed-forward.
struct Work {
  double attended = 0, selected = 0;
};
Work work_of(const corpus::GlobalBatch& batch);
double forward_flops(const formats::BertShape& shape, const Work& work);

/// Rate of LibTorch's products [4096, H] x [H, F] and [4096, F] x [F, H] on the device, FLOP/s, the best of several.
double matmul_rate(const formats::BertShape& shape, bool bf16, bool cuda);

/// Returns when the device has computed x, of which it reads one element.
void wait_for(const at::Tensor& x);

}  // namespace cmgems::apps
