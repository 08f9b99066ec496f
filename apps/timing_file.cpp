// timing.jsonl: how long a run took, what was saved, when it stopped and went on. Only ever appended to.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "cmgems/base/line_appender.h"
#include "cmgems/nn/device.h"
#include "event_files.h"
#include "run_record.h"

namespace cmgems::apps {
namespace {

using nlohmann::ordered_json;

constexpr double kTera = 1e12;

class TimingFile final : public EventSink {
 public:
  explicit TimingFile(const std::filesystem::path& run) : path_(run / "timing.jsonl"), file_(path_) {}

  std::string name() const override { return path_.string(); }

  void on_start(const train::StartReport& report) override {
    file_.flush();
    products_ = report.products;
    if (report.step > 0) write({{"event", "resume"}, {"step", report.step}, {"time", utc_time()}});
  }

  void on_train(const TrainEvent& event) override {
    write({{"event", "train"},
           {"step", event.step},
           {"seconds", event.seconds},
           {"tokens_per_second", event.rate.tokens},
           {"tflop_s", event.rate.flops / kTera},
           {"mfu", utilisation(event.rate.flops)}});
  }

  void on_eval(const train::EvalReport& report) override {
    write({{"event", "eval"},
           {"step", report.step},
           {"seconds", report.seconds},
           {"tokens_per_second", report.rate.tokens}});
  }

  void on_save(const train::SaveReport& report) override {
    write({{"event", "save"},
           {"step", report.step},
           {"bytes", report.bytes},
           {"paused_seconds", report.paused},
           {"seconds", report.seconds}});
  }

  void on_save_failed(std::int64_t step, const std::string& reason) override {
    write({{"event", "save_failed"}, {"step", step}, {"reason", reason}});
  }

  void on_interrupt(std::int64_t step, const std::string& reason) override {
    write({{"event", "interrupt"}, {"step", step}, {"reason", reason}, {"time", utc_time()}});
  }

  void on_done(const train::DoneReport& report) override {
    const double time = std::max(1e-9, report.seconds), flops = report.session_flops / time;
    ordered_json event = {{"event", "done"},
                          {"step", report.steps},
                          {"seconds", report.seconds},
                          {"tokens_per_second", static_cast<double>(report.session_tokens) / time},
                          {"tflop_s", flops / kTera},
                          {"mfu", utilisation(flops)},
                          {"peak_memory_bytes", peak_memory()}};
    if (products_ > 0) event["products_tflop_s"] = products_ / kTera;
    if (const auto peak = nn::peak_device_memory(); peak > 0) event["peak_device_memory_bytes"] = peak;
    write(event);
  }

 private:
  /// Share of what the device reaches at products, null where that was not measured.
  ordered_json utilisation(double flops) const {
    return products_ > 0 ? ordered_json(flops / products_) : ordered_json();
  }

  void write(const ordered_json& event) {
    file_.append(event.dump(-1, ' ', false, ordered_json::error_handler_t::replace));
  }

  std::filesystem::path path_;
  LineAppender file_;
  double products_ = 0;  // FLOP/s
};

}  // namespace

std::unique_ptr<EventSink> make_timing_file(const std::filesystem::path& run) {
  return std::make_unique<TimingFile>(run);
}

}  // namespace cmgems::apps
