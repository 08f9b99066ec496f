// The points of a sweep: every combination of the values of the keys that vary, and the stages that they come to.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "stages.h"

namespace cmgems::apps {

/// One --vary: "data.k=3,4,5".
struct VariedKey {
  std::string key;
  std::vector<std::string> values;
};

/// Commas within brackets, braces and double quotes belong to a value. Throws: UsageError (no key, no or empty values,
/// the same value twice, a key that has a flag of its own: inputs.*, finetune.shots, finetune.runs;
/// finetune.seed and finetune.baseline, which all points share).
VariedKey parse_varied(const std::string& text);

/// A combination: key=value words, in the order of the keys.
struct SweepPoint {
  std::vector<std::string> values;       // by varied key
  std::vector<std::string> assignments;  // key=value
  std::vector<std::string> pretraining;  // of them, those that pretraining sees: all but finetune.*
  /// "data.k=3,finetune.pooling=mean"
  std::string name() const;
};

struct Sweep {
  std::filesystem::path folder;
  std::vector<VariedKey> varied;
  Recipe recipe;
  std::vector<FewShot> few_shot;  // none: pretraining only
  std::int64_t runs = 0;

  /// The last key varies fastest.
  std::vector<SweepPoint> points() const;
  /// Points that differ in finetune.* only share it.
  std::filesystem::path pretraining(const SweepPoint& point) const;
  std::filesystem::path fine_tuning(const SweepPoint& point, const FewShot& which) const;
  /// Every pretraining once, then few-shot runs of all points; baselines that need no model beside the first of them.
  std::vector<Stage> stages() const;
};

/// Throws: UsageError when two keys, or two tasks with one number of shots, are the same, or two points would go into
/// one folder.
void check_grid(const Sweep& sweep);

}  // namespace cmgems::apps
