#include "runs.h"

#include <algorithm>
#include <set>

#include "cmgems/base/error.h"
#include "json_file.h"
#include "metrics_reader.h"
#include "result_reader.h"

namespace cmgems::apps::report {
namespace {

namespace fs = std::filesystem;

constexpr int kLevels = 4;  // reproduce has three: finetune/TASK/STRATEGY
constexpr const char* kRecord = "run.json";

void flatten(const Json& json, const std::string& path, Pairs& into) {
  for (const auto& [key, value] : json.items()) {
    const std::string name = path.empty() ? key : path + "." + key;
    if (value.is_object()) {
      flatten(value, name, into);
    } else {
      into.emplace_back(name, value.is_string() ? value.get<std::string>()
                                                : value.dump(-1, ' ', false, Json::error_handler_t::replace));
    }
  }
}

Pairs texts_of(const Object& object, const std::string& key) {
  Pairs pairs;
  if (!object.has(key)) return pairs;
  const auto values = object.object(key);
  for (const auto& [name, value] : values.json().items()) pairs.emplace_back(name, values.text(name));
  return pairs;
}

/// Of the sessions before the last one.
std::vector<std::vector<std::string>> earlier_of(const Object& run) {
  std::vector<std::vector<std::string>> lines;
  if (!run.has("earlier_command_lines")) return lines;
  for (const auto& line : run.list("earlier_command_lines")) {
    lines.push_back(Object(Json{{"words", line}}, run.place() + ", earlier_command_lines").texts("words"));
  }
  return lines;
}

void add_accepted(Record& record, const Object& object) {
  if (!object.has("accepted")) return;
  const auto fields = object.object("accepted");
  for (const auto& [field, ignored] : fields.json().items()) {
    std::string sentence = "continued with another " + field + ":";
    for (const auto& value : fields.texts(field)) sentence += " " + value + ",";
    sentence.pop_back();
    record.accepted.push_back(sentence);
  }
}

Record read_record(const fs::path& folder) {
  const auto run = read_object(folder / kRecord);
  Record record;
  record.folder = folder;
  record.command = run.text("command");
  record.finished = run.truth("finished");
  record.command_line = run.texts("command_line");
  record.earlier_command_lines = earlier_of(run);
  record.written_at = run.text_or("written_at", "");
  record.device = run.text_or("device", "");
  record.host = run.text_or("host", "");
  record.bf16 = run.has("bf16") && run.truth("bf16");
  for (auto [key, value] :
       {std::pair{"threads", &record.threads}, {"seed", &record.seed}, {"parameters", &record.parameters}}) {
    if (run.has(key)) *value = run.integer(key);
  }
  record.versions = texts_of(run, "versions");
  record.hashes = texts_of(run, "hashes");
  if (run.has("compute_cost")) {
    const auto cost = run.object("compute_cost");
    for (const auto& [phase, ignored] : cost.json().items()) record.seconds[phase] = cost.number(phase);
  }
  add_accepted(record, run);
  if (fs::exists(folder / "config.json")) flatten(read_object(folder / "config.json").json(), "", record.settings);
  return record;
}

/// The order in which a reproduction compares its strategies; elsewhere none.
std::vector<std::string> strategies_of(const fs::path& folder) {
  const auto file = folder / "reproduce.json";
  return fs::exists(file) ? read_object(file).texts("strategies") : std::vector<std::string>{};
}

/// Sorts by folder above, then by the place of the strategy in the request, then by name.
void sort_runs(std::vector<fs::path>& runs, const std::vector<std::string>& strategies) {
  const auto key = [&](const fs::path& run) {
    auto name = run.filename().string();
    const std::string base = name.ends_with("-release") ? name.substr(0, name.size() - 8) : name;
    const auto place = std::find(strategies.begin(), strategies.end(), base) - strategies.begin();
    return std::tuple(run.parent_path(), place, name);
  };
  std::sort(runs.begin(), runs.end(), [&](const auto& a, const auto& b) { return key(a) < key(b); });
}

void find_below(const fs::path& folder, int levels, std::vector<fs::path>& runs) {
  if (fs::exists(folder / kRecord)) return runs.push_back(folder);
  if (levels == 0) return;
  std::error_code ignored;  // a folder that may not be read holds no run of ours
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    if (entry.is_directory(ignored) && !entry.is_symlink(ignored)) find_below(entry.path(), levels - 1, runs);
  }
}

bool is_reported(const std::string& command) {
  return command == "pretrain" || command == "finetune" || command == "eval-gue";
}

std::vector<fs::path> runs_of(const fs::path& given) {
  if (!fs::exists(given)) throw InputNotFound("no such run folder: " + given.string());
  if (!fs::is_directory(given)) throw InputNotFound(given.string() + " is a file: name the folder of the run");
  std::vector<fs::path> runs;
  if (fs::exists(given / kRecord) && !is_reported(read_object(given / kRecord).text("command"))) {
    for (const auto& entry : fs::directory_iterator(given)) {  // of a command that starts others
      if (entry.is_directory()) find_below(entry.path(), kLevels - 1, runs);
    }
  }
  if (runs.empty()) find_below(given, kLevels, runs);
  if (runs.empty()) {
    throw InputNotFound("no run in " + given.string() + ": expected the folder of a run (with " + kRecord +
                        "), of pretrain, finetune or eval-gue, or a folder that holds such folders");
  }
  sort_runs(runs, strategies_of(given));
  return runs;
}

void add_run(Runs& runs, const fs::path& folder) {
  auto record = read_record(folder);
  if (record.command == "pretrain") {
    runs.pretrainings.push_back(read_pretraining(std::move(record)));
  } else if (record.command == "finetune") {
    runs.few_shot.push_back(read_evaluated(std::move(record)));
  } else if (record.command == "eval-gue") {
    runs.gue.push_back(read_evaluated(std::move(record)));
  } else {
    throw DataError((folder / kRecord).string() + ": a report of the command \"" + record.command +
                    "\" is not known; known are pretrain, finetune and eval-gue");
  }
}

std::string strategy_name(const Record& record) {
  const auto strategy = record.setting("masking.strategy");
  if (strategy.empty()) return record.folder.filename().string();
  return record.setting("variant") == "release" && strategy != "random" ? strategy + "-release" : strategy;
}

/// The shortest ends of the paths that tell all of them apart, and from those `taken` where that is possible.
std::vector<std::string> distinct_ends(const std::vector<fs::path>& paths, const std::set<std::string>& taken) {
  for (int parts = 1;; ++parts) {
    std::vector<std::string> names;
    bool whole = true;
    for (const auto& path : paths) {
      std::vector<std::string> words;
      for (const auto& word : path.lexically_normal()) {
        if (!word.empty() && word != "/") words.push_back(word.string());
      }
      const auto count = std::min<std::size_t>(words.size(), static_cast<std::size_t>(parts));
      whole = whole && count == words.size();
      std::string name;
      for (auto i = words.size() - count; i < words.size(); ++i) name += (name.empty() ? "" : "/") + words[i];
      names.push_back(name);
    }
    const bool own = std::none_of(names.begin(), names.end(), [&](const auto& name) { return taken.contains(name); });
    if (whole || (own && std::set<std::string>(names.begin(), names.end()).size() == names.size())) return names;
  }
}

void name_pretrainings(std::vector<Pretraining>& runs, std::set<std::string>& taken) {
  std::vector<fs::path> folders;
  std::set<std::string> strategies;
  for (const auto& run : runs) {
    folders.push_back(run.record.folder);
    strategies.insert(strategy_name(run.record));
  }
  const auto ends = distinct_ends(folders, taken);
  for (std::size_t i = 0; i < runs.size(); ++i) {
    runs[i].record.name = strategies.size() == runs.size() ? strategy_name(runs[i].record) : ends[i];
    taken.insert(runs[i].record.name);
  }
}

void name_by_folder(std::vector<Evaluated>& runs, std::set<std::string>& taken) {
  std::vector<fs::path> folders;
  for (const auto& run : runs) folders.push_back(run.record.folder);
  const auto ends = distinct_ends(folders, taken);
  for (std::size_t i = 0; i < runs.size(); ++i) {
    auto& record = runs[i].record;
    record.name = taken.contains(ends[i]) ? ends[i] + " (" + record.command + ")" : ends[i];
    taken.insert(record.name);
  }
}

}  // namespace

std::string Record::setting(const std::string& key) const {
  for (const auto& [known, value] : settings) {
    if (known == key) return value == "null" ? "" : value;
  }
  return "";
}

double Record::number(const std::string& key) const {
  const auto json = Json::parse(setting(key), nullptr, /*allow_exceptions=*/false);
  return json.is_number() ? json.get<double>() : kNone;
}

double Scores::value(const std::string& metric) const {
  const auto found = values.find(metric);
  return found == values.end() ? kNone : found->second;
}

std::string Scores::seed_words() const { return seed ? ", seed " + std::to_string(*seed) : ""; }

std::vector<double> Method::values(const std::string& metric) const {
  std::vector<double> list;
  for (const auto& run : runs) list.push_back(run.value(metric));
  return list;
}

std::string Evaluation::title() const { return shots ? task + "-" + std::to_string(*shots) : task; }

bool same_source(const Source& a, const Source& b) {
  return a.hash.empty() || b.hash.empty() ? a.path == b.path : a.hash == b.hash;
}

bool Evaluation::same_rows(const Evaluation& other) const {
  return task == other.task && shots == other.shots && training_rows == other.training_rows &&
         test_rows == other.test_rows && split_seed == other.split_seed && same_source(pool, other.pool) &&
         same_source(test, other.test);
}

Runs read_runs(const std::vector<fs::path>& folders) {
  Runs runs;
  std::set<fs::path> seen;
  for (const auto& given : folders) {
    for (const auto& folder : runs_of(given)) {
      if (seen.insert(fs::weakly_canonical(folder)).second) add_run(runs, folder);
    }
  }
  std::set<std::string> taken;
  name_pretrainings(runs.pretrainings, taken);
  name_by_folder(runs.few_shot, taken);
  name_by_folder(runs.gue, taken);
  return runs;
}

}  // namespace cmgems::apps::report
