#include "cmgems/config/config.h"

#include "json_reader.h"

namespace cmgems::config {
namespace {

template <class Options>
void section(OptionVisitor& visitor, std::string_view key, Options& options) {
  visitor.begin_group(key);
  describe(visitor, options);
  visitor.end_group();
}

}  // namespace

void describe(OptionVisitor& visitor, Config& config) {
  static const Words variants{{"paper", static_cast<int>(Variant::paper)},
                              {"release", static_cast<int>(Variant::release)}};
  visitor.choice("variant", config.variant, variants);
  section(visitor, "inputs", config.inputs);
  section(visitor, "synthetic", config.synthetic);
  section(visitor, "compute", config.compute);
  section(visitor, "data", config.data);
  section(visitor, "npmi", config.npmi);
  section(visitor, "model", config.model);
  visitor.begin_group("masking");
  describe(visitor, config.masking, curriculum::strategy_names());
  visitor.end_group();
  section(visitor, "curriculum", config.curriculum);
  section(visitor, "train", config.train);
  section(visitor, "finetune", config.finetune);
  section(visitor, "gue", config.gue);
}

void apply_json(Config& config, std::string_view text, const std::string& origin) {
  throw_if_any(syntax_problems(text), origin);
  Config changed = config;
  throw_if_any(read_options(changed, text), origin);
  config = std::move(changed);
}

}  // namespace cmgems::config
