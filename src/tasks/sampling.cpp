#include "cmgems/tasks/sampling.h"

#include <algorithm>
#include <cmath>

#include "cmgems/base/error.h"
#include "cmgems/base/random.h"

namespace cmgems::tasks {

std::vector<std::size_t> stratified_rows(const std::vector<int>& labels, int classes, double share, std::uint64_t seed,
                                         Split split, const std::string& what) {
  std::vector<std::vector<std::size_t>> by_class(static_cast<std::size_t>(classes));
  for (std::size_t row = 0; row < labels.size(); ++row) by_class[static_cast<std::size_t>(labels[row])].push_back(row);
  std::vector<std::size_t> taken;
  for (std::size_t label = 0; label < by_class.size(); ++label) {
    auto& rows = by_class[label];
    if (rows.empty()) continue;
    if (rows.size() == 1) {
      throw DataError(what + ": class " + std::to_string(label) +
                      " has a single row, which cannot be split; two or more are needed");
    }
    const auto wanted = static_cast<std::size_t>(std::lround(share * static_cast<double>(rows.size())));
    const auto count = std::clamp<std::size_t>(wanted, 1, rows.size() - 1);
    RandomStream stream(seed, Purpose::few_shot, label + 1, static_cast<std::uint64_t>(split));
    for (std::size_t i = 0; i < count; ++i) {
      std::swap(rows[i], rows[i + stream.below(static_cast<std::uint32_t>(rows.size() - i))]);
      taken.push_back(rows[i]);
    }
  }
  std::sort(taken.begin(), taken.end());
  return taken;
}

std::vector<double> balanced_class_weights(const std::vector<int>& labels, int classes) {
  std::vector<double> weights(static_cast<std::size_t>(classes), 0);
  for (const int label : labels) ++weights[static_cast<std::size_t>(label)];
  const auto absent = std::count(weights.begin(), weights.end(), 0.0);
  const auto present = static_cast<double>(static_cast<std::int64_t>(weights.size()) - absent);
  for (double& weight : weights) {
    if (weight > 0) weight = static_cast<double>(labels.size()) / (present * weight);
  }
  return weights;
}

}  // namespace cmgems::tasks
