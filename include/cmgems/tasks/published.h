// The scores that the CM-GEMS paper (arXiv:2408.07180) printed, as data: what a user's own are put beside.
// Few-shot: table 4. GUE: tables 2 (120,000 and 10,000 steps) and 6 (1,000 steps); both have the same columns of
// 120,000.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "cmgems/tasks/gue.h"

namespace cmgems::tasks {

struct PublishedModel {
  std::string_view name;   // with its architecture and steps: "DNABERT CM-GEMS 10K"
  std::string_view block;  // models that a table shows side by side: "LOGO, 10,000 steps"
  std::string_view source;
  bool global_masks = false;      // wholly or partly masked by Global: see kPositionMasksNote
  bool state_of_the_art = false;  // among those whose best is the paper's "SoTA-best": k-mers, 120,000 steps
};

/// What to know about every row with `global_masks`.
inline constexpr std::string_view kPositionMasksNote =
    "the code released with the paper looks up the rank of a token by its position in the window: if it made these "
    "rows, the masks of Global, CM-Step and CM-GEMS did not depend on the sequence (masking.global.rank_by=position, "
    "or "
    "variant=release, does the same here)";

struct PublishedScore {
  const PublishedModel* model;
  double value;                     // accuracy, or Matthews correlation from -1 to 1 (the paper prints 100 times that)
  std::optional<double> deviation;  // over ten runs; GUE was run once
};

/// Accuracy of each model of table 4, in its order; empty when the paper has none for this task or number.
std::vector<PublishedScore> published_few_shot(std::string_view task, std::int64_t shots);

/// The 27 sets of tables 2 and 6 in their order, named as their folders in GUE: prom/prom_core_tata, tf/4, EMP/H3.
std::span<const std::string_view> published_gue_sets();
/// REQUIRES: one of published_gue_sets().
Species species_of(std::string_view set);
/// Matthews correlation of each model, block by block; empty when the paper has no such set (virus/covid).
std::vector<PublishedScore> published_gue(std::string_view set);

/// A score of a GUE set.
struct SetScore {
  std::string_view set;
  double value;
};

/// A model's mean over sets beside the best mean of the three state-of-the-art models over the same sets, as figure 3
/// of the paper has it for all sets of a group.
struct ShareOfBest {
  Species group{};
  std::size_t sets = 0, of = 0;  // that were scored, of how many in the group
  double mean = 0, best = 0;
  std::string_view best_model;
  double share() const { return mean / best; }
  bool reaches_line() const;  // kBestLine of it, what the paper takes for intrinsic dimensionality
};
inline constexpr double kBestLine = 0.9;

/// One for each group of which a set was scored; sets that the paper does not have are passed over.
std::vector<ShareOfBest> share_of_best(std::span<const SetScore> scores);

}  // namespace cmgems::tasks
