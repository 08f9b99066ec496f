// The papers' chain as a list of commands: a pretraining of each strategy, then few-shot runs and GUE of each model.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "stages.h"

namespace cmgems::apps {

/// What `cmgems reproduce --scale` names.
struct Scale {
  std::string name;
  std::string config;  // a shipped one
  std::vector<std::string> tasks;
  std::vector<std::int64_t> shots;
  std::int64_t runs;
};
const std::vector<Scale>& scales();

/// A pretrained model of the comparison.
struct Candidate {
  std::string strategy;
  bool release = false;  // `variant`
  std::string name() const { return release ? strategy + "-release" : strategy; }
};

/// What is asked for, in words that the commands take.
struct Reproduction {
  std::filesystem::path folder;
  Scale scale;
  std::vector<Candidate> candidates;
  std::vector<FewShot> few_shot;  // tasks whose files are there
  std::int64_t runs;
  Recipe recipe;
  bool gue = false;  // some of its sets are there

  std::filesystem::path pretraining(const Candidate& candidate) const { return folder / "pretrain" / candidate.name(); }
  std::filesystem::path fine_tuning(const Candidate& candidate, const FewShot& which) const {
    return folder / "finetune" / which.name() / candidate.name();
  }
  std::filesystem::path gue_run(const Candidate& candidate) const { return folder / "gue" / candidate.name(); }
};

/// Every strategy as written, as released, or both. That goes for random masks too: what masked tokens are replaced by
/// was released otherwise (masking.random_ids).
std::vector<Candidate> candidates_of(const std::vector<std::string>& strategies, bool paper, bool release);

/// In the order in which they run. The baselines are scored with the first model only: their rows are the same for all.
std::vector<Stage> stages_of(const Reproduction& reproduction);

}  // namespace cmgems::apps
