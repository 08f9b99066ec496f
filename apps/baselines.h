// What a fine-tuned model is compared with, trained or chosen on the same rows and scored on the same test set.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cmgems/metrics/classification.h"
#include "cmgems/tasks/few_shot.h"
#include "cmgems/train/finetuner.h"

namespace cmgems::apps {

/// One draw of a task.
struct Draw {
  const tasks::TaskData& task;
  const std::vector<std::size_t>& rows;  // of task.pool
  std::uint64_t seed;
  const train::Finetuner& finetuner;  // whose architecture `random-encoder` takes
  std::function<void(const train::FinetuneProgress&)> on_progress;
};

/// The row's title in tables. REQUIRES: a word of config::baseline_words().
std::string baseline_title(const std::string& name);
metrics::ClassificationScores score_baseline(const std::string& name, const Draw& draw);

}  // namespace cmgems::apps
