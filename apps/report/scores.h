// Evaluations of several runs brought together: all that was scored on the same task.
#pragma once

#include <string>
#include <vector>

#include "runs.h"

namespace cmgems::apps::report {

struct Contender {
  std::string name;
  const Method* method;
  const Method* baseline;  // k-mers on the same draws: of its own evaluation, else of another one; nullptr: none
};

/// Everything that was scored on the same rows (Evaluation::same_rows): models first, a baseline once.
struct Contest {
  const Evaluation* evaluation;  // the first one of these rows
  std::string title;             // of the evaluation; with the first run where tasks of other rows have the same title
  std::vector<Contender> contenders;
};

/// In the order in which the tasks come. The result points into `runs`.
std::vector<Contest> contests_of(const Runs& runs, const std::vector<Evaluated>& evaluated);

}  // namespace cmgems::apps::report
