// The files that a pretraining writes while it runs: metrics.jsonl, timing.jsonl, trainer_state.json and TensorBoard's.
// Their keys: docs/run-folder.md.
#pragma once

#include <memory>
#include <vector>

#include "cmgems/config/config.h"
#include "event_log.h"

namespace cmgems::apps {

/// What TensorBoard's files begin with.
inline constexpr const char* kEventFile = "events.out.tfevents.";
/// The folders in RUN/runs that hold such files, by name.
std::vector<std::filesystem::path> folders_of_events(const std::filesystem::path& runs);

/// All four, for a run in `run`. `config` must outlive them.
std::vector<std::unique_ptr<EventSink>> event_files(const std::filesystem::path& run, const config::Config& config);

std::unique_ptr<EventSink> make_metrics_file(const std::filesystem::path& run);
std::unique_ptr<EventSink> make_timing_file(const std::filesystem::path& run);
std::unique_ptr<EventSink> make_trainer_state_file(const std::filesystem::path& run, const config::Config& config);
std::unique_ptr<EventSink> make_tensorboard_files(const std::filesystem::path& run);

}  // namespace cmgems::apps
