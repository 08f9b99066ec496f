// TensorBoard's event files: RUN/runs/<date>_<host>/events.out.tfevents.*; tensorboard --logdir RUN/runs
#include <chrono>
#include <ctime>
#include <deque>
#include <optional>

#include "cmgems/base/error.h"
#include "cmgems/base/file_system.h"
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
    first_step_ = report.step;
    open();
  }

  void on_train(const TrainEvent& event) override {
    note("train/loss", event.loss, event.step);
    note("train/learning_rate", event.learning_rate, event.step);
    note("train/grad_norm", event.grad_norm, event.step);
    note("train/tokens_per_second", event.rate.tokens, event.step);
    flush();
  }

  void on_eval(const train::EvalReport& report) override {
    note("eval/loss", report.loss, report.step);
    note("eval/perplexity", report.perplexity, report.step);
    flush();
  }

  void on_switch(const train::SwitchReport& report) override {
    note("curriculum/stage", 1, report.step);
    flush();
  }

 private:
  struct Scalar {
    const char* tag;
    double value;
    std::int64_t step;
    double time;
  };

  void note(const char* tag, double value, std::int64_t step) { waiting_.push_back({tag, value, step, wall_time()}); }

  /// What is handed over to the file waits there when it cannot be written.
  void flush() {
    open();
    while (!waiting_.empty()) {
      const auto one = waiting_.front();
      waiting_.pop_front();
      file_->scalar(one.tag, one.value, one.step, one.time);
    }
  }

  void open() {
    if (file_) return;
    const auto folder = folder_of(runs_, first_step_ > 0);
    make_folders(folder);
    const double now = wall_time();
    const auto seconds = std::to_string(static_cast<long long>(now));
    fs::path path;
    int number = 0;
    do {
      path = folder / (std::string(kEventFile) + seconds + "." + host_name() + "." + std::to_string(number++));
    } while (fs::exists(path));
    try {
      file_.emplace(path, now);
      if (first_step_ > 0) file_->restart(first_step_, now);
    } catch (const IoError&) {
      file_.reset();
      clean_up(path);
      throw;
    }
  }

  fs::path runs_;
  std::int64_t first_step_ = 0;  // completed before this session
  std::deque<Scalar> waiting_;
  std::optional<formats::EventFile> file_;
};

}  // namespace

std::unique_ptr<EventSink> make_tensorboard_files(const fs::path& run) {
  return std::make_unique<TensorboardFiles>(run);
}

}  // namespace cmgems::apps
