// The one place where published scores join a report.
#pragma once

#include <string>
#include <vector>

#include "runs.h"

namespace cmgems::apps::report {

struct Published {
  std::string model;
  double value = kNone;      // accuracy of a few-shot task, Matthews correlation of a set of GUE
  double deviation = kNone;  // NaN: not printed
  bool doubtful = false;     // doubt_note() is to stand below it
};

/// What the paper printed for this task and number of shots, or this set; may be empty.
std::vector<Published> published_scores(const Evaluation& evaluation, bool gue);

/// What to know about doubtful rows, a sentence.
std::string doubt_note();

}  // namespace cmgems::apps::report
