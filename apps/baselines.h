// What a fine-tuned model is compared with, trained or chosen on the same rows and scored on the same test set.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cmgems/config/config.h"
#include "cmgems/metrics/classification.h"
#include "cmgems/tasks/few_shot.h"

namespace cmgems::apps {

/// One draw of a task.
struct Draw {
  const config::Config& config;
  const tasks::TaskData& task;
  const std::vector<std::size_t>& rows;  // of task.pool
  std::uint64_t seed;
  const std::filesystem::path& model;  // whose architecture `random-encoder` takes
};

/// The row's title in tables. REQUIRES: a word of config::baseline_words().
std::string baseline_title(const std::string& name);
metrics::ClassificationScores score_baseline(const std::string& name, const Draw& draw);

}  // namespace cmgems::apps
