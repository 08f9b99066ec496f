// Evaluations of several runs brought together: all that was scored on the same task.
#pragma once

#include <string>
#include <vector>

#include "runs.h"

namespace cmgems::apps::report {

struct Contender {
  std::string name;
  const Method* method;
};

/// A task with as many shots, and everything that was scored on it: models first, a baseline once.
struct Contest {
  const Evaluation* evaluation;  // the first one of this task
  std::vector<Contender> contenders;

  /// The k-mers, or nullptr.
  const Method* baseline() const;
};

/// In the order in which the tasks come. The result points into `runs`.
std::vector<Contest> contests_of(const Runs& runs, const std::vector<Evaluated>& evaluated);

}  // namespace cmgems::apps::report
