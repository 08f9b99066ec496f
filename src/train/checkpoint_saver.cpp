#include "cmgems/train/checkpoint_saver.h"

#include <system_error>

#include "cmgems/base/atomic_file.h"
#include "cmgems/base/error.h"
#include "cmgems/base/log.h"
#include "cmgems/formats/checkpoint_folder.h"

namespace cmgems::train {
namespace {

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// A log that stays shorter than a checkpoint counts on costs lines, not the checkpoint.
void flush_logs(const std::vector<std::filesystem::path>& logs) {
  for (const auto& log : logs) {
    try {
      sync_file(log);
    } catch (const IoError& error) {
      log_debug(error.what());
    }
  }
}

/// The new checkpoint is there; old ones that stay are no reason to stop.
void prune(const CheckpointOptions& options) {
  try {
    formats::prune_checkpoints(options.run, options.keep, formats::Check::sizes);
  } catch (const IoError& error) {
    log_warning(std::string("an old checkpoint stays: ") + error.what());
  }
}

}  // namespace

CheckpointSaver::CheckpointSaver(CheckpointOptions options) : options_(std::move(options)) {
  if (!options_.resume_from.empty()) saved_state_ = read_file(options_.resume_from / "state.json");
}

CheckpointSaver::~CheckpointSaver() {
  if (running_.valid()) running_.wait();
}

bool CheckpointSaver::busy() const {
  return running_.valid() && running_.wait_for(std::chrono::seconds(0)) != std::future_status::ready;
}

bool CheckpointSaver::due(std::int64_t step) const {
  if (!enabled() || running_.valid()) return false;
  const bool by_time = options_.save_minutes > 0 && seconds_since(last_time_) >= 60 * options_.save_minutes;
  return by_time || step % options_.save_steps == 0 || (next_step_ > 0 && step >= next_step_);
}

/// -> seconds that it took.
double CheckpointSaver::copy(const Fill& fill) {
  const auto start = Clock::now();
  fill(content_);
  next_step_ = (content_.step / options_.save_steps + 1) * options_.save_steps;
  last_time_ = Clock::now();
  return seconds_since(start);
}

SaveOutcome CheckpointSaver::write(double paused) const {
  const auto start = Clock::now();
  SaveOutcome outcome{{content_.step, 0, paused, 0}, {}};
  try {
    flush_logs(options_.logs);
    outcome.report.bytes = write_checkpoint(options_.run, content_, options_.fingerprint);
    prune(options_);
  } catch (const std::exception& error) {
    outcome.problem = error.what();
  }
  outcome.report.seconds = paused + seconds_since(start);
  return outcome;
}

void CheckpointSaver::start(const Fill& fill) {
  const double paused = copy(fill);
  if (content_.state == saved_state_) return;
  try {
    running_ = std::async(std::launch::async, [this, paused] { return write(paused); });
  } catch (const std::system_error&) {  // no more threads for this user: training waits for this one
    std::promise<SaveOutcome> written;
    running_ = written.get_future();
    written.set_value(write(paused));
  }
}

std::optional<SaveOutcome> CheckpointSaver::save_now(const Fill& fill) {
  if (!enabled()) return std::nullopt;
  const double paused = copy(fill);
  if (content_.state == saved_state_) return std::nullopt;
  auto outcome = write(paused);
  remember(outcome);
  return outcome;
}

std::optional<SaveOutcome> CheckpointSaver::finished(bool wait) {
  if (!running_.valid() || (!wait && busy())) return std::nullopt;
  auto outcome = running_.get();
  remember(outcome);
  return outcome;
}

void CheckpointSaver::remember(const SaveOutcome& outcome) {
  if (outcome.problem.empty()) saved_state_ = content_.state;
}

}  // namespace cmgems::train
