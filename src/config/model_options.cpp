#include "cmgems/config/model_options.h"

#include "cmgems/base/error.h"

namespace cmgems::config {
namespace {

constexpr Bounds kSize{1, 65536};
constexpr Bounds kDropout{0, 0.999999};

formats::BertShape preset_shape(Preset preset) {
  formats::BertShape shape;
  if (preset == Preset::dnabert) {
    shape.hidden_size = 768;
    shape.num_hidden_layers = 12;
    shape.num_attention_heads = 12;
    shape.intermediate_size = 3072;
    shape.hidden_dropout_prob = 0.1;
    shape.attention_probs_dropout_prob = 0.1;
  } else {
    shape.hidden_size = 256;
    shape.num_hidden_layers = 2;
    shape.num_attention_heads = 8;
    shape.intermediate_size = 3072;
    shape.hidden_dropout_prob = 0;
    shape.attention_probs_dropout_prob = 0;
  }
  return shape;
}

void replace(int& value, const std::optional<std::int64_t>& given) {
  if (given) value = static_cast<int>(*given);
}

}  // namespace

void describe(OptionVisitor& visitor, ModelOptions& options) {
  static const Words presets{{"dnabert", static_cast<int>(Preset::dnabert)}, {"logo", static_cast<int>(Preset::logo)}};
  static const Words inits{{"normal", static_cast<int>(PositionInit::normal)},
                           {"sinusoidal", static_cast<int>(PositionInit::sinusoidal)}};
  visitor.choice("preset", options.preset, presets);
  visitor.field("hidden_size", options.hidden_size, kSize);
  visitor.field("num_hidden_layers", options.num_hidden_layers, Bounds{1, 1024});
  visitor.field("num_attention_heads", options.num_attention_heads, Bounds{1, 1024});
  visitor.field("intermediate_size", options.intermediate_size, kSize);
  visitor.field("hidden_dropout_prob", options.hidden_dropout_prob, kDropout);
  visitor.field("attention_probs_dropout_prob", options.attention_probs_dropout_prob, kDropout);
  visitor.choice("position_init", options.position_init, inits);
}

formats::BertShape shape_of(const ModelOptions& options, int vocab_size) {
  formats::BertShape shape = preset_shape(options.preset);
  shape.vocab_size = vocab_size;
  replace(shape.hidden_size, options.hidden_size);
  replace(shape.num_hidden_layers, options.num_hidden_layers);
  replace(shape.num_attention_heads, options.num_attention_heads);
  replace(shape.intermediate_size, options.intermediate_size);
  shape.hidden_dropout_prob = options.hidden_dropout_prob.value_or(shape.hidden_dropout_prob);
  shape.attention_probs_dropout_prob =
      options.attention_probs_dropout_prob.value_or(shape.attention_probs_dropout_prob);
  if (shape.hidden_size % shape.num_attention_heads != 0) {
    throw UsageError("model.hidden_size (" + std::to_string(shape.hidden_size) +
                     ") must be a multiple of model.num_attention_heads (" + std::to_string(shape.num_attention_heads) +
                     ")");
  }
  return shape;
}

void resolve(ModelOptions& options) {
  const auto shape = shape_of(options, 1);
  options.hidden_size = shape.hidden_size;
  options.num_hidden_layers = shape.num_hidden_layers;
  options.num_attention_heads = shape.num_attention_heads;
  options.intermediate_size = shape.intermediate_size;
  options.hidden_dropout_prob = shape.hidden_dropout_prob;
  options.attention_probs_dropout_prob = shape.attention_probs_dropout_prob;
}

void describe(OptionVisitor& visitor, ComputeOptions& options) {
  static const Words devices{{"auto", static_cast<int>(DeviceChoice::automatic)},
                             {"cpu", static_cast<int>(DeviceChoice::cpu)},
                             {"cuda", static_cast<int>(DeviceChoice::cuda)}};
  static const Words switches{{"auto", static_cast<int>(Switch::automatic)},
                              {"on", static_cast<int>(Switch::on)},
                              {"off", static_cast<int>(Switch::off)}};
  visitor.choice("device", options.device, devices);
  visitor.field("threads", options.threads, Bounds{0, 4096});
  visitor.field("micro_batch_tokens", options.micro_batch_tokens, Bounds{0, 1e9});
  visitor.choice("bf16", options.bf16, switches);
  visitor.field("deterministic", options.deterministic);
  visitor.field("interface", options.interface);
  visitor.field("rank_timeout", options.rank_timeout, Bounds{1, 86'400});
  visitor.field("shard_optimizer", options.shard_optimizer);
}

}  // namespace cmgems::config
