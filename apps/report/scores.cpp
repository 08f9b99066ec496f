#include "scores.h"

#include <algorithm>

#include "sections.h"

namespace cmgems::apps::report {
namespace {

/// A baseline that several runs scored on the same rows is one.
bool is_known(const Contest& contest, const Method& method) {
  return std::any_of(contest.contenders.begin(), contest.contenders.end(), [&](const auto& one) {
    return one.method->kind == method.kind && one.method->name == method.name &&
           one.method->values("accuracy") == method.values("accuracy");
  });
}

bool has_name(const Contest& contest, const std::string& name) {
  return std::any_of(contest.contenders.begin(), contest.contenders.end(),
                     [&](const auto& one) { return one.name == name; });
}

void add(Contest& contest, const Runs& runs, const Record& record, const Evaluation& evaluation) {
  for (const auto& method : evaluation.methods) {
    if (method.kind != Kind::model && is_known(contest, method)) continue;
    auto name = method_name(runs, evaluation, method);
    if (has_name(contest, name)) name += " (" + record.name + ")";
    contest.contenders.push_back({name, &method});
  }
}

}  // namespace

const Method* Contest::baseline() const {
  for (const auto& one : contenders) {
    if (one.method->kind == Kind::kmer) return one.method;
  }
  return nullptr;
}

std::string method_name(const Runs& runs, const Evaluation& evaluation, const Method& method) {
  if (method.kind != Kind::model) return method.name;
  if (evaluation.model == "random") return "untrained encoder, fine-tuned";
  std::error_code ignored;
  const auto model = std::filesystem::weakly_canonical(evaluation.model, ignored);
  for (const auto& run : runs.pretrainings) {
    const auto folder = std::filesystem::weakly_canonical(run.record.folder, ignored);
    if (model == folder || model == folder / "model") return "pretrained: " + run.record.name;
  }
  return method.name;
}

std::vector<Contest> contests_of(const Runs& runs, const std::vector<Evaluated>& evaluated) {
  std::vector<Contest> contests;
  for (const auto& run : evaluated) {
    for (const auto& one : run.evaluations) {
      auto found = std::find_if(contests.begin(), contests.end(),
                                [&](const auto& contest) { return contest.evaluation->title() == one.title(); });
      if (found == contests.end()) found = contests.insert(contests.end(), {&one, {}});
      add(*found, runs, run.record, one);
    }
  }
  for (auto& contest : contests) {
    std::stable_partition(contest.contenders.begin(), contest.contenders.end(),
                          [](const auto& one) { return one.method->kind == Kind::model; });
  }
  return contests;
}

}  // namespace cmgems::apps::report
