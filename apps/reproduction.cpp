#include "reproduction.h"

namespace cmgems::apps {
namespace {

using Words = std::vector<std::string>;

const Words kFewShotTasks{"prom-core", "prom-300", "cohn-enh", "splice-40", "sil-300"};

Stage pretraining(const Reproduction& reproduction, const Candidate& candidate) {
  Words more{"masking.strategy=" + candidate.strategy};
  if (candidate.release) more.push_back("variant=release");
  return pretraining_stage("pretrain " + candidate.name(), reproduction.pretraining(candidate), reproduction.recipe,
                           more);
}

/// Their rows are the same beside every model.
std::string baselines(bool first) { return first ? R"(["kmer","majority","random-encoder"])" : "[]"; }

Stage fine_tuning(const Reproduction& reproduction, const Candidate& candidate, const FewShot& few_shot, bool first) {
  const FewShotPlan plan{few_shot, reproduction.runs, reproduction.pretraining(candidate), baselines(first)};
  return few_shot_stage("few-shot " + few_shot.name() + " of " + candidate.name(),
                        reproduction.fine_tuning(candidate, few_shot), reproduction.recipe, {}, plan);
}

}  // namespace

const std::vector<Scale>& scales() {
  static const std::vector<Scale> list{{"smoke", "smoke.json", {"synthetic"}, {10, 50}, 5},
                                       {"logo-1k", "logo-1k.json", kFewShotTasks, {10, 50}, 10},
                                       {"logo-10k", "logo.json", kFewShotTasks, {10, 50, 100, 500, 1000}, 10},
                                       {"dnabert-1k", "dnabert-1k.json", kFewShotTasks, {10, 50}, 10},
                                       {"dnabert-10k", "dnabert.json", kFewShotTasks, {10, 50, 100, 500, 1000}, 10}};
  return list;
}

std::vector<Candidate> candidates_of(const std::vector<std::string>& strategies, bool paper, bool release) {
  std::vector<Candidate> list;
  for (const auto& strategy : strategies) {
    if (paper) list.push_back({strategy, false});
    if (release) list.push_back({strategy, true});
  }
  return list;
}

std::vector<Stage> stages_of(const Reproduction& reproduction) {
  std::vector<Stage> stages;
  for (const auto& candidate : reproduction.candidates) stages.push_back(pretraining(reproduction, candidate));
  for (const auto& few_shot : reproduction.few_shot) {
    for (const auto& candidate : reproduction.candidates) {
      const bool first = &candidate == &reproduction.candidates.front();
      stages.push_back(fine_tuning(reproduction, candidate, few_shot, first));
    }
  }
  for (const auto& candidate : reproduction.candidates) {
    if (!reproduction.gue) break;
    const bool first = &candidate == &reproduction.candidates.front();
    stages.push_back(gue_stage("gue of " + candidate.name(), reproduction.gue_run(candidate), reproduction.recipe,
                               reproduction.pretraining(candidate), baselines(first)));
  }
  return stages;
}

}  // namespace cmgems::apps
