#include "event_files.h"

#include <algorithm>

namespace cmgems::apps {

std::vector<std::filesystem::path> folders_of_events(const std::filesystem::path& runs) {
  std::vector<std::filesystem::path> folders;
  std::error_code ignored;
  for (const auto& folder : std::filesystem::directory_iterator(runs, ignored)) {
    for (const auto& file : std::filesystem::directory_iterator(folder, ignored)) {
      if (!file.path().filename().string().starts_with(kEventFile)) continue;
      folders.push_back(folder.path());
      break;
    }
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

std::vector<std::unique_ptr<EventSink>> event_files(const std::filesystem::path& run, const config::Config& config) {
  std::vector<std::unique_ptr<EventSink>> files;
  files.push_back(make_metrics_file(run));
  files.push_back(make_timing_file(run));
  files.push_back(make_trainer_state_file(run, config));
  files.push_back(make_tensorboard_files(run));
  return files;
}

}  // namespace cmgems::apps
