// metrics.jsonl: the source of truth. Nothing in it depends on the clock.
#include <deque>
#include <nlohmann/json.hpp>

#include "cmgems/base/atomic_file.h"
#include "cmgems/base/line_appender.h"
#include "cmgems/base/log.h"
#include "event_files.h"
#include "json_values.h"

namespace cmgems::apps {
namespace {

using nlohmann::ordered_json;

constexpr const char* kSaved = "metrics.json";  // in a checkpoint: how long the file was, and what waited

class MetricsFile final : public EventSink {
 public:
  explicit MetricsFile(const std::filesystem::path& run) : path_(run / "metrics.jsonl"), file_(path_) {}

  std::string name() const override { return path_.string(); }

  void on_start(const train::StartReport& report) override {
    const auto saved = report.checkpoint / kSaved;
    if (report.checkpoint.empty() || !std::filesystem::exists(saved)) return file_.flush();
    const auto json = ordered_json::parse(read_file(saved));
    const auto bytes = json.at("bytes").get<std::uint64_t>();
    file_ = LineAppender(path_, bytes, json.value("waiting", std::deque<std::string>()));
    file_.open();
    if (file_.size() < bytes) {
      log_warning(path_.string() + " has " + std::to_string(file_.size()) + " bytes of whole lines, and the " +
                  "checkpoint counts on " + std::to_string(bytes) + ": lines are missing; it goes on from there");
    }
    file_.flush();
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
    ordered_json json{{"bytes", file_.size()}};
    if (!file_.waiting().empty()) json["waiting"] = file_.waiting();
    return {{kSaved, json.dump() + "\n"}};
  }

 private:
  void write(const ordered_json& event) { file_.append(event.dump()); }

  std::filesystem::path path_;
  LineAppender file_;
};

}  // namespace

std::unique_ptr<EventSink> make_metrics_file(const std::filesystem::path& run) {
  return std::make_unique<MetricsFile>(run);
}

}  // namespace cmgems::apps
