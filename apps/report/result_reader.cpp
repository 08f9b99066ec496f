#include "result_reader.h"

#include <algorithm>
#include <cmath>

#include "cmgems/base/error.h"
#include "cmgems/base/log.h"
#include "json_file.h"
#include "result_table.h"

namespace cmgems::apps::report {
namespace {

constexpr const char* kMetrics[] = {"accuracy", "f1", "precision", "recall", "mcc", "auc", "balanced_accuracy"};

/// Files of before methods had a kind: the first is the model, the others are known by their names.
Kind kind_of(const Object& method, bool first) {
  const auto kind = method.text_or("kind", "");
  if (kind == "model") return Kind::model;
  if (kind == "kmer") return Kind::kmer;
  if (kind == "majority") return Kind::majority;
  if (kind == "random-encoder") return Kind::random_encoder;
  if (!kind.empty()) return Kind::other;
  if (first) return Kind::model;
  const auto name = method.text("name");
  if (name.starts_with("k-mer")) return Kind::kmer;
  if (name.starts_with("majority")) return Kind::majority;
  return name.find("random weights") != std::string::npos ? Kind::random_encoder : Kind::other;
}

[[noreturn]] void bad_confusion(const Object& run) {
  throw DataError(run.place() + ": expected a square of counts as \"confusion\"");
}

Confusion confusion_of(const Object& run) {
  Confusion confusion;
  if (!run.has("confusion")) return confusion;
  const auto& rows = run.list("confusion");
  for (const auto& row : rows) {
    if (!row.is_array() || row.size() != rows.size()) bad_confusion(run);
    confusion.emplace_back();
    for (const auto& count : row) {
      if (!count.is_number_integer() || count.get<std::int64_t>() < 0) bad_confusion(run);
      confusion.back().push_back(count.get<std::int64_t>());
    }
  }
  return confusion;
}

Scores scores_of(const Object& run) {
  Scores scores;
  if (run.has("seed")) scores.seed = run.integer("seed");
  for (const char* metric : kMetrics) {
    if (run.json().contains(metric)) scores.values[metric] = run.number(metric);
  }
  scores.confusion = confusion_of(run);
  scores.collapsed = run.has("collapsed") && run.truth("collapsed");
  return scores;
}

std::vector<Method> methods_of(const Object& result) {
  std::vector<Method> methods;
  result.each("methods", [&](const Object& object) {
    Method method{object.text("name"), kind_of(object, methods.empty()), {}};
    object.each("runs", [&](const Object& run) {
      run.number("accuracy");
      method.runs.push_back(scores_of(run));
    });
    if (method.runs.empty()) throw DataError(object.place() + ": no \"runs\"");
    methods.push_back(std::move(method));
  });
  if (methods.empty()) throw DataError(result.place() + ": no \"methods\"");
  return methods;
}

void add_plan(Evaluation& evaluation, const Object& result, const char* key, const char* title) {
  if (!result.has(key)) return;
  const double value = result.number(key);
  const bool whole = value >= 1 && value == std::floor(value);
  evaluation.plan.emplace_back(title,
                               whole ? format_count(static_cast<unsigned long long>(value)) : significant(value));
}

std::string value_text(const Json& value) {
  if (value.is_number_float()) return significant(value.get<double>());
  if (!value.is_array()) return value.is_string() ? value.get<std::string>() : value.dump();
  std::string text;
  for (const auto& one : value) text += (text.empty() ? "" : " or ") + value_text(one);
  return text;
}

/// What is beside the published protocol: words other than its own, and keys that a plain fine-tuning has not.
void add_options(Evaluation& evaluation, const Object& result) {
  if (!result.has("options")) return;
  const auto options = result.object("options");
  for (const auto& [key, value] : options.json().items()) {
    if (value.is_null() || value == "cls" || value == "none") continue;
    std::string title = key;
    std::replace(title.begin(), title.end(), '_', ' ');
    evaluation.plan.emplace_back(title, value_text(value));
  }
}

std::vector<std::string> labels_of(const Object& result) {
  std::vector<std::string> labels;
  if (!result.has("labels")) return labels;
  for (const auto& one : result.list("labels")) labels.push_back(one.is_string() ? one.get<std::string>() : one.dump());
  return labels;
}

std::string hash_of(const Record& record, const std::string& name) {
  const auto found =
      std::find_if(record.hashes.begin(), record.hashes.end(), [&](const auto& pair) { return pair.first == name; });
  return found == record.hashes.end() ? "" : found->second;
}

/// Rows of a table; a path is written in one way only.
Source source_of(const Object& table, const std::string& hash) {
  const std::filesystem::path path = table.text_or("path", "");
  return {path.lexically_normal().string(), hash};
}

void add_sources(Evaluation& evaluation, const Object& result, const Record& record) {
  evaluation.pool = source_of(result.object("pool"), hash_of(record, evaluation.task + " train"));
  evaluation.test = source_of(result.object("test"), hash_of(record, evaluation.task + " test"));
  const auto& file = evaluation.pool.path;
  const bool built_in = file.starts_with("builtin:");  // whose test rows are the same for every seed
  if (!file.empty() && !built_in && file == evaluation.test.path) evaluation.split_seed = record.seed;
}

Evaluation few_shot_of(const Object& result, const Record& record) {
  Evaluation evaluation;
  evaluation.task = result.text("task");
  evaluation.model = result.text("model");
  evaluation.classes = result.integer("classes");
  if (result.has("shots")) evaluation.shots = result.integer("shots");
  evaluation.training_rows = result.object("pool").integer("rows");
  evaluation.test_rows = result.object("test").integer("rows");
  add_sources(evaluation, result, record);
  evaluation.labels = labels_of(result);
  add_plan(evaluation, result, "epochs", "epochs");
  add_plan(evaluation, result, "learning_rate", "learning rate");
  add_plan(evaluation, result, "batch_size", "batch");
  add_options(evaluation, result);
  evaluation.methods = methods_of(result);
  evaluation.notes = result.texts("notes");
  return evaluation;
}

Evaluation gue_of(const Object& set, const Object& whole, const Record& record) {
  Evaluation evaluation;
  evaluation.task = set.text("set");
  evaluation.name = set.text_or("name", "");
  evaluation.metric = set.text_or("metric", "mcc");
  evaluation.model = whole.text("model");
  evaluation.classes = set.integer("classes");
  evaluation.training_rows = set.object("rows").integer("train");
  evaluation.test_rows = set.object("rows").integer("test");
  evaluation.pool.hash = hash_of(record, evaluation.task + "/train");
  evaluation.test.hash = hash_of(record, evaluation.task + "/test");
  evaluation.labels = labels_of(set);
  add_plan(evaluation, set, "steps", "steps");
  add_plan(evaluation, set, "max_tokens", "tokens at most");
  add_options(evaluation, whole);
  evaluation.methods = methods_of(set);
  evaluation.notes = set.texts("notes");
  return evaluation;
}

/// Sets of GUE by name in one sentence, since there are 28 of them, tasks with the reason.
std::vector<std::string> absent_of(const Object& result) {
  std::vector<std::string> sentences;
  std::string sets;
  for (const auto& set : result.texts("absent")) sets += (sets.empty() ? "" : ", ") + set;
  if (!sets.empty()) sentences.push_back("sets that were not there: " + sets);
  result.each("left_out", [&](const Object& task) {
    sentences.push_back(task.text("name") + " was left out: " + task.text("reason"));
  });
  return sentences;
}

}  // namespace

Evaluated read_evaluated(Record record) {
  Evaluated run{std::move(record), {}, {}};
  const auto file = run.record.folder / "results.json";
  if (!run.record.finished && !std::filesystem::exists(file)) return run;
  const auto result = read_object(file);
  if (run.record.command == "eval-gue") {
    result.each("sets", [&](const Object& set) { run.evaluations.push_back(gue_of(set, result, run.record)); });
  } else if (result.has("results")) {
    result.each("results", [&](const Object& one) { run.evaluations.push_back(few_shot_of(one, run.record)); });
  } else {
    run.evaluations.push_back(few_shot_of(result, run.record));
  }
  run.absent = absent_of(result);
  return run;
}

}  // namespace cmgems::apps::report
