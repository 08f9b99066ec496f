#include "reproduction.h"

#include "run_record.h"

namespace cmgems::apps {
namespace {

using Words = std::vector<std::string>;

const Words kFewShotTasks{"prom-core", "prom-300", "cohn-enh", "splice-40", "sil-300"};

void append(Words& words, const Words& more) { words.insert(words.end(), more.begin(), more.end()); }

Words settings(const Reproduction& reproduction) {
  Words words{"--config", reproduction.scale.config};
  for (const auto& assignment : reproduction.assignments) append(words, {"--set", assignment});
  return words;
}

Stage pretraining(const Reproduction& reproduction, const Contestant& contestant) {
  const auto run = reproduction.pretraining(contestant);
  Words words{"pretrain", "--json", "--resume", "auto", "--out", run.string()};
  append(words, settings(reproduction));
  append(words, {"--set", "masking.strategy=" + contestant.strategy});
  if (contestant.release) append(words, {"--set", "variant=release"});
  if (!reproduction.genome.empty()) append(words, {"--genome"});
  append(words, reproduction.genome);
  return {"pretrain " + contestant.name(), run, words};
}

Stage fine_tuning(const Reproduction& reproduction, const Contestant& contestant, const FewShot& few_shot, bool first) {
  const auto run = reproduction.fine_tuning(contestant, few_shot);
  const auto model = reproduction.pretraining(contestant);
  Words words{"finetune", "--json", "--overwrite", "--out", run.string(), "--model", model.string()};
  append(words, settings(reproduction));
  append(words, {"--task", few_shot.task, "--shots", std::to_string(few_shot.shots)});
  append(words, {"--runs", std::to_string(reproduction.runs)});
  if (!reproduction.data.empty()) append(words, {"--data", reproduction.data});
  append(words,
         {"--set", std::string("finetune.baseline=") + (first ? R"(["kmer","majority","random-encoder"])" : "[]")});
  return {"few-shot " + few_shot.name() + " of " + contestant.name(), run, words};
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

std::vector<Contestant> contestants_of(const std::vector<std::string>& strategies, bool paper, bool release) {
  std::vector<Contestant> list;
  for (const auto& strategy : strategies) {
    const bool single = strategy == "random";
    if (paper || single) list.push_back({strategy, false});
    if (release && !single) list.push_back({strategy, true});
  }
  return list;
}

bool finished_run(const std::filesystem::path& run) {
  const auto record = read_run_record(run / "run.json");
  return record && record->finished;
}

std::vector<Stage> stages_of(const Reproduction& reproduction) {
  std::vector<Stage> stages;
  for (const auto& contestant : reproduction.contestants) stages.push_back(pretraining(reproduction, contestant));
  for (const auto& few_shot : reproduction.few_shot) {
    for (const auto& contestant : reproduction.contestants) {
      const bool first = &contestant == &reproduction.contestants.front();
      stages.push_back(fine_tuning(reproduction, contestant, few_shot, first));
    }
  }
  return stages;
}

}  // namespace cmgems::apps
