// The figures of a classifier by their keys: in results.json and in the files of finished runs alike.
#pragma once

#include <array>
#include <nlohmann/json.hpp>

#include "cmgems/metrics/classification.h"

namespace cmgems::apps {

struct ScoreColumn {
  const char* key;
  double metrics::ClassificationScores::*value;
};
inline constexpr std::array<ScoreColumn, 7> kScoreColumns{
    {{"accuracy", &metrics::ClassificationScores::accuracy},
     {"balanced_accuracy", &metrics::ClassificationScores::balanced_accuracy},
     {"f1", &metrics::ClassificationScores::f1},
     {"precision", &metrics::ClassificationScores::precision},
     {"recall", &metrics::ClassificationScores::recall},
     {"mcc", &metrics::ClassificationScores::mcc},
     {"auc", &metrics::ClassificationScores::auc}}};

/// The seven figures, null where undefined, and the confusion matrix.
nlohmann::ordered_json scores_json(const metrics::ClassificationScores& scores);
/// The inverse. Throws: nlohmann::json::exception.
metrics::ClassificationScores scores_of(const nlohmann::ordered_json& json);

}  // namespace cmgems::apps
