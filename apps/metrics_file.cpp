// metrics.jsonl: the source of truth. Nothing in it depends on the clock.
#include <nlohmann/json.hpp>
#include <optional>

#include "cmgems/base/atomic_file.h"
#include "event_files.h"
#include "json_values.h"

namespace cmgems::apps {
namespace {

using nlohmann::ordered_json;

constexpr const char* kSaved = "metrics.json";  // in a checkpoint: how long the file was

class MetricsFile final : public EventSink {
 public:
  explicit MetricsFile(const std::filesystem::path& run) : path_(run / "metrics.jsonl") {}

  std::string name() const override { return path_.string(); }

  void on_start(const train::StartReport& report) override {
    const auto saved = report.checkpoint / kSaved;
    if (report.checkpoint.empty() || !std::filesystem::exists(saved)) {
      file_.emplace(path_);
      return;
    }
    file_.emplace(path_, ordered_json::parse(read_file(saved)).at("bytes").get<std::uint64_t>());
  }

  void on_train(const TrainEvent& event) override {
    write({{"event", "train"},
           {"step", event.step},
           {"steps", event.steps},
           {"loss", event.loss},
           {"learning_rate", event.learning_rate},
           {"grad_norm", event.grad_norm},
           {"grad_norm_max", event.grad_norm_max},
           {"tokens", event.tokens},
           {"masks", masks_json(event.masks)}});
  }

  void on_eval(const train::EvalReport& report) override {
    write({{"event", "eval"},
           {"step", report.step},
           {"loss", report.loss},
           {"perplexity", report.perplexity},
           {"masked_tokens", report.masked_tokens},
           {"masker", report.masker}});
  }

  void on_switch(const train::SwitchReport& report) override {
    write({{"event", "switch"},
           {"step", report.step},
           {"from", report.from},
           {"to", report.to},
           {"perplexity", report.perplexity},
           {"drop", or_null(report.drop)}});
  }

  void on_skipped(std::int64_t step, const std::string& reason) override {
    write({{"event", "skipped"}, {"step", step}, {"reason", reason}});
  }

  void on_spike(const train::SpikeReport& report) override {
    write({{"event", "spike"},
           {"step", report.step},
           {"loss", report.loss},
           {"mean", report.mean},
           {"deviation", report.deviation}});
  }

  void on_done(const train::DoneReport& report) override {
    write({{"event", "done"},
           {"step", report.steps},
           {"tokens", report.tokens},
           {"skipped_steps", report.skipped},
           {"switch_step", or_null(report.switch_step)},
           {"last_drops", report.last_drops}});
  }

  std::vector<train::SavedFile> save() const override {
    return {{kSaved, ordered_json{{"bytes", file_->size()}}.dump() + "\n"}};
  }

 private:
  void write(const ordered_json& event) { file_->append(event.dump()); }

  std::filesystem::path path_;
  std::optional<LineAppender> file_;
};

}  // namespace

std::unique_ptr<EventSink> make_metrics_file(const std::filesystem::path& run) {
  return std::make_unique<MetricsFile>(run);
}

}  // namespace cmgems::apps
