#include "scores_json.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "cmgems/metrics/bootstrap.h"
#include "json_values.h"
#include "result_table.h"

namespace cmgems::apps {

using nlohmann::ordered_json;

metrics::Interval interval_of_mean(const std::vector<double>& values) {
  const double none = std::numeric_limits<double>::quiet_NaN();
  const bool finite = std::all_of(values.begin(), values.end(), [](double value) { return std::isfinite(value); });
  const bool differ = std::any_of(values.begin(), values.end(), [&](double value) { return value != values.front(); });
  if (finite && differ) return metrics::bootstrap_mean(values);
  return {metrics::mean_and_deviation(values).mean, none, none};
}

std::string interval_text(const std::vector<double>& values, int digits) {
  const auto interval = interval_of_mean(values);
  if (!std::isfinite(interval.low)) return "-";
  return decimals(interval.low, digits) + " to " + decimals(interval.high, digits);
}

ordered_json summary_json(const std::vector<metrics::ClassificationScores>& runs) {
  ordered_json json;
  for (const auto& column : kScoreColumns) {
    std::vector<double> values;
    for (const auto& run : runs) values.push_back(run.*column.value);
    const auto figures = metrics::mean_and_deviation(values);
    const auto interval = interval_of_mean(values);
    json["mean"][column.key] = or_null(figures.mean);
    json["deviation"][column.key] = or_null(figures.deviation);
    json["interval"][column.key] = nullptr;
    if (std::isfinite(interval.low)) json["interval"][column.key] = {interval.low, interval.high};
  }
  return json;
}

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
