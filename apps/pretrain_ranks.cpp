#include "pretrain_ranks.h"

#include <nlohmann/json.hpp>
#include <optional>

#include "cmgems/base/error.h"
#include "cmgems/train/pretrainer.h"
#include "command.h"
#include "pretrain_run.h"
#include "rank_orders.h"
#include "rank_processes.h"

namespace cmgems::apps {
namespace {

/// Notes signals from the first step on, as the first rank does.
class Stopper final : public train::Observer {
 public:
  explicit Stopper(std::chrono::steady_clock::time_point start) : start_(start) {}
  void on_start(const train::StartReport&) override { stop_.emplace(start_, std::nullopt); }
  std::string reason() const { return stop_ ? stop_->reason() : std::string(); }

 private:
  std::chrono::steady_clock::time_point start_;
  std::optional<StopRule> stop_;
};

}  // namespace

CommonStart tell_start(parallel::Ranks& ranks, const CommonStart& start) {
  if (ranks.alone()) return start;
  const auto checkpoint = start.checkpoint.empty() ? start.checkpoint : std::filesystem::absolute(start.checkpoint);
  const nlohmann::json own = {checkpoint.string(), start.genome_hash};
  const auto told = nlohmann::json::parse(ranks.share_first(own.dump()));
  return {told.at(0).get<std::string>(), told.at(1).get<std::string>()};
}

void follow_pretraining(parallel::Ranks& ranks, std::chrono::steady_clock::time_point start) {
  const auto text = await_order(ranks);
  if (text.empty()) return;
  config::Config config;
  config::apply_json(config, text, "the configuration of rank 0");
  start_compute(config.compute);
  auto inputs = load_pretrain_inputs(config);
  const auto common = tell_start(ranks, {});
  if (common.genome_hash != inputs.record.hashes["genome"]) {
    throw DataError("rank " + std::to_string(ranks.rank()) +
                    " reads another genome than rank 0: every host needs the same files under the same paths");
  }
  Stopper stopper(start);
  train::RunControl control{{}, [&stopper] { return stopper.reason(); }, {}, &ranks};
  control.checkpoints.resume_from = common.checkpoint;
  try {
    train::pretrain(config, inputs.genome, &inputs.table, {}, {&stopper}, control);
  } catch (const train::Diverged&) {
    throw RanksFailed(static_cast<int>(ExitCode::data));
  }
}

}  // namespace cmgems::apps
