// The one place where published scores join a report.
#pragma once

#include <string>
#include <vector>

#include "cmgems/tasks/published.h"
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

/// The species group of a set of GUE that is judged by its Matthews correlation, as the paper's means have them; none
/// for every other evaluation.
std::optional<tasks::Species> species_of(const Evaluation& evaluation);
/// How many such sets there are.
std::size_t sets_of(tasks::Species species);

/// "94.0% of the best published k-mer mean over the same sets (DNABERT 120K), above the line of 90%".
std::string share_text(const tasks::ShareOfBest& share);

/// What to know about doubtful rows, a sentence.
std::string doubt_note();

}  // namespace cmgems::apps::report
