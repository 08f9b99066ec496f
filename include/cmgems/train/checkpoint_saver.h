// When checkpoints are written, and by whom: training stops only while weights and moments are copied, a second thread
// writes the copy.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <optional>
#include <string>

#include "cmgems/train/checkpoint.h"
#include "cmgems/train/checkpoint_options.h"

namespace cmgems::train {

/// How an attempt ended.
struct SaveOutcome {
  SaveReport report{};
  std::string problem;  // empty = it is on the disk
};

class CheckpointSaver {
 public:
  using Fill = std::function<void(CheckpointContent&)>;  // sets everything, into memory that is used again

  explicit CheckpointSaver(CheckpointOptions options);
  /// Waits for the one that is being written.
  ~CheckpointSaver();
  CheckpointSaver(const CheckpointSaver&) = delete;
  CheckpointSaver& operator=(const CheckpointSaver&) = delete;

  /// Whether to call start now. While one is being written the next one waits, and so does not hold training up.
  bool due(std::int64_t step) const;
  /// Copies now, writes in the background. REQUIRES: due.
  void start(const Fill& fill);
  /// Copies and writes, unless the newest checkpoint already is of this state. -> how it ended, if it wrote.
  std::optional<SaveOutcome> save_now(const Fill& fill);
  /// The end of the one that start began, told once; nothing while it is being written. `wait`: until it is over.
  std::optional<SaveOutcome> finished(bool wait = false);

 private:
  using Clock = std::chrono::steady_clock;
  bool enabled() const { return !options_.run.empty(); }
  bool busy() const;
  double copy(const Fill& fill);
  SaveOutcome write(double paused) const;
  void remember(const SaveOutcome& outcome);

  CheckpointOptions options_;
  CheckpointContent content_;  // belongs to the writing thread while it is busy
  std::int64_t next_step_ = 0;
  Clock::time_point last_time_ = Clock::now();
  std::string saved_state_;  // state.json of the newest checkpoint
  std::future<SaveOutcome> running_;
};

}  // namespace cmgems::train
