// The published scores of a list of tasks or sets that are also a user's own, as a table of models by task.
#pragma once

#include <string>
#include <vector>

#include "cmgems/tasks/published.h"
#include "paired_figures.h"
#include "published_table.h"

namespace cmgems::apps {

struct PublishedColumn {
  const tasks::PublishedModel* model;
  std::vector<tasks::PublishedScore> scores;  // by task
  PairedFigures against;                      // ours less theirs, over the tasks; corrected over all models
};

struct PublishedScores {
  std::vector<std::string> tasks;  // that both have
  std::vector<double> own;         // by task
  std::vector<PublishedColumn> columns;
};
PublishedScores published_beside(const std::vector<FewShotScore>& own);
PublishedScores published_beside(const std::vector<tasks::SetScore>& own);

double mean_of(const std::vector<double>& values);
std::vector<double> values_of(const PublishedColumn& column);

}  // namespace cmgems::apps
