// The figures of a classifier that results hold, by their keys.
#pragma once

#include <array>

#include "cmgems/metrics/classification.h"

namespace cmgems::apps {

struct ScoreColumn {
  const char* key;
  double metrics::ClassificationScores::*value;
};
inline constexpr std::array<ScoreColumn, 6> kScoreColumns{{{"accuracy", &metrics::ClassificationScores::accuracy},
                                                           {"f1", &metrics::ClassificationScores::f1},
                                                           {"precision", &metrics::ClassificationScores::precision},
                                                           {"recall", &metrics::ClassificationScores::recall},
                                                           {"mcc", &metrics::ClassificationScores::mcc},
                                                           {"auc", &metrics::ClassificationScores::auc}}};

}  // namespace cmgems::apps
