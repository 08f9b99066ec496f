#include "cmgems/train/pretrainer.h"

#include "pretrain_loop.h"

namespace cmgems::train {

PretrainSummary pretrain(const config::Config& config, const genome::Genome& genome, const npmi::Table* table,
                         const std::filesystem::path& model_folder, const std::vector<Observer*>& observers,
                         const RunControl& control) {
  PretrainLoop loop(config, genome, table, observers, control);
  loop.run();
  auto summary = loop.finish();
  if (control.ranks == nullptr || control.ranks->first()) loop.write_model(model_folder);
  return summary;
}

}  // namespace cmgems::train
