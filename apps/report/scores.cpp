#include "scores.h"

#include <algorithm>

#include "sections.h"

namespace cmgems::apps::report {
namespace {

bool same_draws(const Method& a, const Method& b) {
  return std::equal(a.runs.begin(), a.runs.end(), b.runs.begin(), b.runs.end(),
                    [](const auto& one, const auto& other) { return one.seed == other.seed; });
}

/// A baseline that several runs scored on the same rows is one.
bool is_known(const Contest& contest, const Method& method) {
  return std::any_of(contest.contenders.begin(), contest.contenders.end(), [&](const auto& one) {
    return one.method->kind == method.kind && one.method->name == method.name &&
           one.method->values("accuracy") == method.values("accuracy") && same_draws(*one.method, method);
  });
}

bool has_name(const Contest& contest, const std::string& name) {
  return std::any_of(contest.contenders.begin(), contest.contenders.end(),
                     [&](const auto& one) { return one.name == name; });
}

const Method* kmers_of(const Evaluation& evaluation) {
  for (const auto& method : evaluation.methods) {
    if (method.kind == Kind::kmer) return &method;
  }
  return nullptr;
}

/// Runs without k-mers of their own are compared with those of another run, if it drew the same rows.
void lend_baselines(Contest& contest) {
  for (auto& one : contest.contenders) {
    for (const auto& other : contest.contenders) {
      const bool fits = other.method->kind == Kind::kmer && same_draws(*one.method, *other.method);
      if (one.baseline == nullptr && fits) one.baseline = other.method;
    }
  }
}

void add(Contest& contest, const Runs& runs, const Record& record, const Evaluation& evaluation) {
  for (const auto& method : evaluation.methods) {
    if (method.kind != Kind::model && is_known(contest, method)) continue;
    auto name = method_name(runs, evaluation, method);
    if (has_name(contest, name)) name += " (" + record.name + ")";
    contest.contenders.push_back({name, &method, kmers_of(evaluation)});
  }
}

}  // namespace

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
                                [&](const auto& contest) { return contest.evaluation->same_rows(one); });
      if (found == contests.end()) {
        const bool taken = std::any_of(contests.begin(), contests.end(),
                                       [&](const auto& contest) { return contest.title == one.title(); });
        const auto title = one.title() + (taken ? " (rows of " + run.record.name + ")" : "");
        found = contests.insert(contests.end(), {&one, title, {}});
      }
      add(*found, runs, run.record, one);
    }
  }
  for (auto& contest : contests) {
    std::stable_partition(contest.contenders.begin(), contest.contenders.end(),
                          [](const auto& one) { return one.method->kind == Kind::model; });
    lend_baselines(contest);
  }
  return contests;
}

}  // namespace cmgems::apps::report
