// What a reader of a fine-tuning's scores should know about them, in sentences.
#pragma once

#include <string>
#include <vector>

#include "finetune_report.h"

namespace cmgems::apps {

/// What the model does not beat: by mean accuracy, or where the classes of the test rows differ in size by balanced
/// accuracy, in which always naming the largest class is worth nothing. REQUIRES: a run of every method.
std::vector<std::string> comparison_notes(const FinetuneResult& result);

/// Runs that predicted a single class; none when there is no such run.
std::vector<std::string> collapse_notes(const FinetuneResult& result);

}  // namespace cmgems::apps
