// TensorBoard's event files: RUN/runs/<date>_<host>/events.out.tfevents.*; tensorboard --logdir RUN/runs
#include <chrono>
#include <ctime>
#include <optional>

#include "cmgems/formats/event_file.h"
#include "event_files.h"
#include "run_record.h"

namespace cmgems::apps {
namespace {

namespace fs = std::filesystem;

double wall_time() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

/// The newest folder there is, for a run that continues; else a new one.
fs::path folder_of(const fs::path& runs, bool continues) {
  const auto folders = folders_of_events(runs);
  if (continues && !folders.empty()) return folders.back();
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  ::localtime_r(&now, &local);
  char date[32];
  std::strftime(date, sizeof date, "%Y%m%d-%H%M%S", &local);
  return runs / (std::string(date) + "_" + host_name());
}

class TensorboardFiles final : public EventSink {
 public:
  explicit TensorboardFiles(const fs::path& run) : runs_(run / "runs") {}

  std::string name() const override { return "the event file in " + runs_.string(); }

  void on_start(const train::StartReport& report) override {
    const auto folder = folder_of(runs_, report.step > 0);
    make_folders(folder);
    const double now = wall_time();
    const auto seconds = static_cast<long long>(now);
    for (int number = 0; !file_; ++number) {
      const auto path = folder / (std::string(kEventFile) + std::to_string(seconds) + "." + host_name() + "." +
                                  std::to_string(number));
      if (!fs::exists(path)) file_.emplace(path, now);
    }
    if (report.step > 0) file_->restart(report.step, now);
  }

  void on_train(const TrainEvent& event) override {
    write("train/loss", event.loss, event.step);
    write("train/learning_rate", event.learning_rate, event.step);
    write("train/grad_norm", event.grad_norm, event.step);
    write("train/tokens_per_second", event.tokens_per_second, event.step);
  }

  void on_eval(const train::EvalReport& report) override {
    write("eval/loss", report.loss, report.step);
    write("eval/perplexity", report.perplexity, report.step);
  }

  void on_switch(const train::SwitchReport& report) override { write("curriculum/stage", 1, report.step); }

 private:
  void write(const char* tag, double value, std::int64_t step) { file_->scalar(tag, value, step, wall_time()); }

  fs::path runs_;
  std::optional<formats::EventFile> file_;
};

}  // namespace

std::unique_ptr<EventSink> make_tensorboard_files(const fs::path& run) {
  return std::make_unique<TensorboardFiles>(run);
}

}  // namespace cmgems::apps
