// The configuration's `model` and `compute` sections.
#pragma once

#include "cmgems/base/options.h"
#include "cmgems/formats/model_folder.h"

namespace cmgems::config {

enum class Preset { dnabert, logo };
using formats::PositionInit;

/// A preset fills the sizes; fields given beside it win.
struct ModelOptions {
  Preset preset = Preset::dnabert;
  std::optional<std::int64_t> hidden_size;
  std::optional<std::int64_t> num_hidden_layers;
  std::optional<std::int64_t> num_attention_heads;
  std::optional<std::int64_t> intermediate_size;
  std::optional<double> hidden_dropout_prob;
  std::optional<double> attention_probs_dropout_prob;
  PositionInit position_init = PositionInit::normal;
};
void describe(OptionVisitor& visitor, ModelOptions& options);

/// Sizes after the preset, for a vocabulary of `vocab_size` ids.
/// Throws: UsageError when hidden_size is not a multiple of num_attention_heads.
formats::BertShape shape_of(const ModelOptions& options, int vocab_size);

/// Stores the preset's values that null stands for, so that a run's config.json says what was trained.
/// Throws: as shape_of does.
void resolve(ModelOptions& options);

enum class DeviceChoice { automatic, cpu, cuda };
enum class Switch { automatic, on, off };

struct ComputeOptions {
  DeviceChoice device = DeviceChoice::automatic;
  std::int64_t threads = 0;             // 0 = all cores
  std::int64_t micro_batch_tokens = 0;  // 0 = 4096 on CPU, 65536 on CUDA
  Switch bf16 = Switch::automatic;      // auto = on CUDA only; "on" without the hardware falls back with one line
  bool deterministic = false;           // on CUDA: equal runs give equal bits; a CPU's always do
  std::string interface;                // of the network, for ranks; "" = loopback, or the way to MASTER_ADDR
  double rank_timeout = 300;            // seconds that a rank may be silent before the others give up
  bool shard_optimizer = false;         // each rank keeps the moments of its own parameters only (ZeRO-1)
};
void describe(OptionVisitor& visitor, ComputeOptions& options);

}  // namespace cmgems::config
