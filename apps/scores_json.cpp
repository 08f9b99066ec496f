#include "scores_json.h"

#include <limits>

#include "json_values.h"

namespace cmgems::apps {

using nlohmann::ordered_json;

ordered_json scores_json(const metrics::ClassificationScores& scores) {
  ordered_json json = ordered_json::object();
  for (const auto& column : kScoreColumns) json[column.key] = or_null(scores.*column.value);
  json["confusion"] = scores.confusion;
  return json;
}

metrics::ClassificationScores scores_of(const ordered_json& json) {
  metrics::ClassificationScores scores;
  for (const auto& column : kScoreColumns) {
    const auto& value = json.at(column.key);
    scores.*column.value = value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>();
  }
  scores.confusion = json.at("confusion").get<std::vector<std::vector<std::int64_t>>>();
  return scores;
}

}  // namespace cmgems::apps
