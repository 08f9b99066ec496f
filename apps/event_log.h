// Sums up steps to train events and hands all events to the files of a run. A file that cannot be written is told once
// and training goes on; what it lacks is kept, and written as soon as that works again.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "cmgems/train/observer.h"
#include "observers.h"

namespace cmgems::apps {

/// Up to 50 steps.
struct TrainEvent {
  std::int64_t step = 0;           // the last of them
  std::int64_t steps = 0;          // summed up here
  double loss = 0, grad_norm = 0;  // means
  double grad_norm_max = 0;
  double learning_rate = 0;  // of the last
  std::uint64_t tokens = 0;
  std::vector<train::MaskerReport> masks;
  double seconds = 0;  // at the last, by the clock, as the next
  train::Rate rate;
};

/// A file of a run. Its functions throw IoError when it cannot be written, keep what was to be written, and try again
/// at the next event.
class EventSink : public train::Observer {
 public:
  virtual std::string name() const = 0;
  virtual void on_train(const TrainEvent&) {}
};

/// One train event for every 50 steps, plus the rest before a switch and at the end.
class EventLog final : public train::Observer {
 public:
  explicit EventLog(std::vector<std::unique_ptr<EventSink>> sinks) : sinks_(std::move(sinks)) {}
  /// Opens the files. Throws: DataError when a run continues and what the checkpoint says of them cannot be read.
  void on_start(const train::StartReport& report) override;
  void on_step(const train::StepReport& report) override;
  void on_eval(const train::EvalReport& report) override;
  void on_switch(const train::SwitchReport& report) override;
  void on_skipped(std::int64_t step, const std::string& reason) override;
  void on_spike(const train::SpikeReport& report) override;
  void on_save(const train::SaveReport& report) override;
  void on_save_failed(std::int64_t step, const std::string& reason) override;
  void on_interrupt(std::int64_t step, const std::string& reason) override;
  void on_done(const train::DoneReport& report) override;
  std::vector<train::SavedFile> save() const override;

  /// Of the whole run, also of what came before it was continued.
  const Recorder& recorder() const { return recorder_; }

 private:
  template <class Call>
  void each(const Call& call);
  void finish_event();
  void tell(const EventSink& sink, const std::string& problem);
  void restore(const std::filesystem::path& checkpoint);

  std::vector<std::unique_ptr<EventSink>> sinks_;
  std::set<const EventSink*> told_;  // that they cannot be written
  TrainEvent pending_;               // sums instead of means
  Recorder recorder_;
};

}  // namespace cmgems::apps
