#include "scored_results.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "cmgems/base/atomic_file.h"
#include "cmgems/base/error.h"
#include "cmgems/tasks/few_shot.h"

namespace cmgems::apps {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

fs::path file_of(const std::string& given) {
  const fs::path path(given);
  if (fs::is_regular_file(path)) return path;
  if (fs::exists(path / "results.json")) return path / "results.json";
  if (fs::exists(path / "run.json")) {
    throw InputNotFound("the run " + given + " has no results.json: it did not finish, or it is a pretraining");
  }
  throw InputNotFound("no results at " + given +
                      ": expected a run folder of finetune or eval-gue (with results.json), or such a file");
}

ScoredRun run_of(const ordered_json& json) {
  ScoredRun run;
  if (!json.at("seed").is_null()) run.seed = json["seed"].get<std::int64_t>();
  for (const auto& word : score_words()) {
    if (json.contains(word) && json[word].is_number()) run.scores[word] = json[word].get<double>();
  }
  return run;
}

std::vector<ScoredMethod> methods_of(const ordered_json& list) {
  std::vector<ScoredMethod> methods;
  for (const auto& json : list) {
    ScoredMethod method{json.at("name").get<std::string>(), methods.empty() ? "model" : "baseline", {}};
    if (json.contains("kind")) method.kind = json["kind"].get<std::string>();
    for (const auto& run : json.at("runs")) method.runs.push_back(run_of(run));
    methods.push_back(method);
  }
  const auto model = std::find_if(methods.begin(), methods.end(), [](const auto& one) { return one.kind == "model"; });
  if (model == methods.end()) throw DataError("a task has no method of the kind model");
  std::rotate(methods.begin(), model, model + 1);
  return methods;
}

/// `rows` of an object, or 0.
std::size_t rows_of(const ordered_json& json, const std::string& key) {
  return json.contains(key) ? json[key].value("rows", std::size_t{0}) : 0;
}

/// Which rows own data are, in words: two tables of one name may be others.
std::string tables_of(const ordered_json& json, const ScoredTask& task) {
  const auto known = tasks::known_tasks();
  if (std::find(known.begin(), known.end(), task.task) != known.end()) return "";
  const auto path = [&](const char* key) { return json.contains(key) ? json[key].value("path", "") : std::string(); };
  const std::string pool = path("pool"), test = path("test");
  if (pool != test) return pool + " and " + test;
  const auto& runs = task.methods.front().runs;
  const bool seed = !runs.empty() && runs.front().seed;
  return pool + ", of which " + std::to_string(task.test_rows) + " rows were set apart" +
         (seed ? " by seed " + std::to_string(*runs.front().seed) : "");
}

ScoredTask few_shot_of(const ordered_json& json) {
  ScoredTask task;
  task.task = json.at("task").get<std::string>();
  if (json.contains("shots") && !json["shots"].is_null()) task.shots = json["shots"].get<std::int64_t>();
  task.name = task.task + (task.shots > 0 ? "-" + std::to_string(task.shots) : "");
  task.metric = "accuracy";
  task.train_rows = rows_of(json, "pool");
  task.test_rows = rows_of(json, "test");
  task.methods = methods_of(json.at("methods"));
  task.tables = tables_of(json, task);
  return task;
}

ScoredTask set_of(const ordered_json& json) {
  ScoredTask task;
  task.gue = true;
  task.name = json.at("set").get<std::string>();
  task.metric = json.value("metric", "mcc");
  if (json.contains("rows")) {
    task.train_rows = json["rows"].value("train", std::size_t{0});
    task.test_rows = json["rows"].value("test", std::size_t{0});
  }
  task.methods = methods_of(json.at("methods"));
  return task;
}

void read_document(const ordered_json& json, ScoredResults& results) {
  const auto command = json.at("command").get<std::string>();
  if (command == "eval-gue") {
    results.model = json.value("model", "");
    for (const auto& set : json.at("sets")) results.tasks.push_back(set_of(set));
  } else if (command == "finetune" && json.contains("results")) {
    for (const auto& single : json["results"]) read_document(single, results);
  } else if (command == "finetune") {
    results.model = json.value("model", "");
    results.tasks.push_back(few_shot_of(json));
  } else {
    throw DataError("it is a result of " + command);
  }
}

void check(const ScoredResults& results) {
  if (results.tasks.empty()) throw DataError("it has no task and no set");
  std::vector<std::string> names;
  for (const auto& task : results.tasks) {
    if (std::find(names.begin(), names.end(), task.name) != names.end()) throw DataError(task.name + " is there twice");
    names.push_back(task.name);
    const auto& words = score_words();
    if (std::find(words.begin(), words.end(), task.metric) == words.end()) {
      throw DataError("the metric of " + task.name + " is " + task.metric);
    }
  }
}

}  // namespace

const std::vector<std::string>& score_words() {
  static const std::vector<std::string> words{"accuracy", "balanced_accuracy", "f1", "precision", "recall", "mcc",
                                              "auc"};
  return words;
}

std::vector<double> values_of(const std::vector<ScoredRun>& runs, const std::string& metric) {
  std::vector<double> values;
  for (const auto& run : runs) {
    if (const auto score = run.scores.find(metric); score != run.scores.end()) values.push_back(score->second);
  }
  return values;
}

PairedScores pairs_by_seed(const std::vector<ScoredRun>& ours, const std::vector<ScoredRun>& reference,
                           const std::string& metric) {
  const auto beside = [](const ScoredRun& run, const std::vector<ScoredRun>& others) {
    return std::find_if(others.begin(), others.end(),
                        [&](const auto& other) { return !run.seed || !other.seed || other.seed == run.seed; });
  };
  const bool undrawn = !ours.empty() && !ours.front().seed;
  PairedScores pairs;
  std::set<std::optional<std::int64_t>> taken;
  for (const auto& run : undrawn ? reference : ours) {
    const auto& others = undrawn ? ours : reference;
    const auto other = beside(run, others);
    if (other == others.end() || !taken.insert(run.seed).second) continue;
    const auto& our = undrawn ? *other : run;
    const auto& theirs = undrawn ? run : *other;
    const auto a = our.scores.find(metric), b = theirs.scores.find(metric);
    if (a != our.scores.end() && b != theirs.scores.end()) pairs.add(a->second, b->second);
  }
  return pairs;
}

ScoredResults read_scored_results(const std::string& given) {
  const auto file = file_of(given);
  ScoredResults results;
  results.name = given;
  try {
    read_document(ordered_json::parse(read_file(file)), results);
    check(results);
  } catch (const nlohmann::json::exception& error) {
    throw DataError(file.string() + " is not what finetune or eval-gue writes: " + error.what());
  } catch (const DataError& error) {
    throw DataError(file.string() + " is not what finetune or eval-gue writes: " + error.what());
  }
  return results;
}

}  // namespace cmgems::apps
