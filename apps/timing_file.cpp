// timing.jsonl: how long a run took, what was saved, when it stopped and went on. Only ever appended to.
#include <nlohmann/json.hpp>

#include "cmgems/base/line_appender.h"
#include "event_files.h"
#include "run_record.h"

namespace cmgems::apps {
namespace {

using nlohmann::ordered_json;

class TimingFile final : public EventSink {
 public:
  explicit TimingFile(const std::filesystem::path& run) : path_(run / "timing.jsonl"), file_(path_) {}

  std::string name() const override { return path_.string(); }

  void on_start(const train::StartReport& report) override {
    file_.flush();
    if (report.step > 0) write({{"event", "resume"}, {"step", report.step}, {"time", utc_time()}});
  }

  void on_train(const TrainEvent& event) override {
    write({{"event", "train"},
           {"step", event.step},
           {"seconds", event.seconds},
           {"tokens_per_second", event.tokens_per_second}});
  }

  void on_eval(const train::EvalReport& report) override {
    write({{"event", "eval"},
           {"step", report.step},
           {"seconds", report.seconds},
           {"tokens_per_second", report.tokens_per_second}});
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
    const double rate = report.seconds > 0 ? static_cast<double>(report.session_tokens) / report.seconds : 0;
    write({{"event", "done"},
           {"step", report.steps},
           {"seconds", report.seconds},
           {"tokens_per_second", rate},
           {"peak_memory_bytes", peak_memory()}});
  }

 private:
  void write(const ordered_json& event) {
    file_.append(event.dump(-1, ' ', false, ordered_json::error_handler_t::replace));
  }

  std::filesystem::path path_;
  LineAppender file_;
};

}  // namespace

std::unique_ptr<EventSink> make_timing_file(const std::filesystem::path& run) {
  return std::make_unique<TimingFile>(run);
}

}  // namespace cmgems::apps
