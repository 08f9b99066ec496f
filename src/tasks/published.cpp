#include "cmgems/tasks/published.h"

#include <algorithm>
#include <array>

#include "published_gue.h"

namespace cmgems::tasks {
namespace {

constexpr std::string_view kTable4 = "table 4";
constexpr std::string_view kFewShotBlock = "DNABERT, few-shot";
constexpr std::array<PublishedModel, 6> kFewShotModels{{
    {"DNABERT 120K", kFewShotBlock, kTable4, false, true},
    {"DNABERT 10K", kFewShotBlock, kTable4},
    {"DNABERT GeneMask 10K", kFewShotBlock, kTable4},
    {"DNABERT Global 10K", kFewShotBlock, kTable4, true},
    {"DNABERT CM-Step 10K", kFewShotBlock, kTable4, true},
    {"DNABERT CM-GEMS 10K", kFewShotBlock, kTable4, true},
}};

struct FewShotRow {
  std::string_view task;
  std::int64_t shots;
  std::array<std::array<double, 2>, kFewShotModels.size()> scores;  // mean and deviation, by model
};

constexpr std::array<FewShotRow, 10> kFewShot{{
    {"prom-core", 10, {{{.606, .045}, {.586, .051}, {.602, .058}, {.605, .05}, {.579, .049}, {.594, .052}}}},
    {"prom-core", 50, {{{.687, .024}, {.653, .058}, {.678, .026}, {.691, .022}, {.675, .022}, {.684, .023}}}},
    {"prom-300", 10, {{{.638, .070}, {.601, .065}, {.625, .09}, {.664, .076}, {.649, .091}, {.629, .075}}}},
    {"prom-300", 50, {{{.808, .019}, {.789, .059}, {.781, .097}, {.834, .024}, {.799, .034}, {.822, .02}}}},
    {"cohn-enh", 10, {{{.582, .030}, {.579, .047}, {.622, .050}, {.605, .047}, {.608, .043}, {.6, .059}}}},
    {"cohn-enh", 50, {{{.638, .020}, {.634, .031}, {.648, .016}, {.627, .04}, {.649, .017}, {.645, .033}}}},
    {"splice-40", 10, {{{.404, .019}, {.409, .017}, {.392, .02}, {.406, .021}, {.402, .02}, {.394, .018}}}},
    {"splice-40", 50, {{{.472, .048}, {.512, .014}, {.505, .018}, {.514, .014}, {.557, .022}, {.516, .019}}}},
    {"sil-300", 10, {{{.711, .062}, {.688, .068}, {.715, .061}, {.768, .062}, {.706, .044}, {.714, .057}}}},
    {"sil-300", 50, {{{.849, .020}, {.823, .031}, {.818, .029}, {.849, .011}, {.835, .023}, {.844, .012}}}},
}};

/// The mean over `sets` of the model in column `column`.
double mean_of(const std::vector<const GueRow*>& rows, std::size_t column) {
  double sum = 0;
  for (const auto* row : rows) sum += row->scores[column];
  return sum / 100 / static_cast<double>(rows.size());
}

ShareOfBest share_in(Species group, std::span<const SetScore> scores) {
  ShareOfBest result;
  result.group = group;
  std::vector<const GueRow*> rows;
  for (const auto& row : kGue) {
    if (species_of(row.set) != group) continue;
    ++result.of;
    const auto ours =
        std::find_if(scores.begin(), scores.end(), [&](const auto& score) { return score.set == row.set; });
    if (ours == scores.end()) continue;
    rows.push_back(&row);
    result.mean += ours->value;
  }
  result.sets = rows.size();
  if (rows.empty()) return result;
  result.mean /= static_cast<double>(rows.size());
  for (std::size_t column = 0; column < kGueModels.size(); ++column) {
    if (!kGueModels[column].state_of_the_art) continue;
    const double mean = mean_of(rows, column);
    if (!result.best_model.empty() && mean <= result.best) continue;
    result.best = mean;
    result.best_model = kGueModels[column].name;
  }
  return result;
}

}  // namespace

std::vector<PublishedScore> published_few_shot(std::string_view task, std::int64_t shots) {
  std::vector<PublishedScore> list;
  for (const auto& row : kFewShot) {
    if (row.task != task || row.shots != shots) continue;
    for (std::size_t i = 0; i < kFewShotModels.size(); ++i) {
      list.push_back({&kFewShotModels[i], row.scores[i][0], row.scores[i][1]});
    }
  }
  return list;
}

std::span<const std::string_view> published_gue_sets() {
  static const std::vector<std::string_view> names = [] {
    std::vector<std::string_view> list;
    list.reserve(kGue.size());
    for (const auto& row : kGue) list.push_back(row.set);
    return list;
  }();
  return names;
}

Species species_of(std::string_view set) {
  const auto& sets = gue_sets();
  return std::find_if(sets.begin(), sets.end(), [&](const GueSet& one) { return one.path() == set; })->species;
}

std::vector<PublishedScore> published_gue(std::string_view set) {
  std::vector<PublishedScore> list;
  for (const auto& row : kGue) {
    if (row.set != set) continue;
    for (std::size_t i = 0; i < kGueModels.size(); ++i) list.push_back({&kGueModels[i], row.scores[i] / 100, {}});
  }
  return list;
}

bool ShareOfBest::reaches_line() const { return share() >= kBestLine; }

std::vector<ShareOfBest> share_of_best(std::span<const SetScore> scores) {
  std::vector<ShareOfBest> list;
  for (const auto group : {Species::human, Species::other}) {
    const auto share = share_in(group, scores);
    if (share.sets > 0) list.push_back(share);
  }
  return list;
}

}  // namespace cmgems::tasks
