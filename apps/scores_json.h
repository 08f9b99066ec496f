// The figures of a classifier by their keys: in results.json and in the files of finished runs alike.
#pragma once

#include <array>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cmgems/metrics/classification.h"
#include "cmgems/metrics/paired.h"

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

/// The percentile bootstrap's 95% interval of the mean over runs (docs/statistics.md). NaN ends where the runs do not
/// differ, as a single one cannot: how far the mean may be off is not known then.
metrics::Interval interval_of_mean(const std::vector<double>& values);
/// "0.620 to 0.681", "-" without an interval.
std::string interval_text(const std::vector<double>& values, int digits);

/// `mean`, `deviation` and `interval` over runs of the seven figures; null where undefined.
nlohmann::ordered_json summary_json(const std::vector<metrics::ClassificationScores>& runs);

/// The seven figures, null where undefined, and the confusion matrix.
nlohmann::ordered_json scores_json(const metrics::ClassificationScores& scores);
/// The inverse. Throws: nlohmann::json::exception.
metrics::ClassificationScores scores_of(const nlohmann::ordered_json& json);

}  // namespace cmgems::apps
