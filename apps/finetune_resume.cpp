#include "finetune_resume.h"

#include <algorithm>
#include <set>

#include "cmgems/base/atomic_file.h"
#include "cmgems/base/error.h"
#include "cmgems/base/hash.h"
#include "cmgems/base/log.h"
#include "resume.h"
#include "run_record.h"

namespace cmgems::apps {
namespace {

namespace fs = std::filesystem;

constexpr const char* kCommand = "finetune";

fs::path newest_unfinished() {
  fs::path newest;
  fs::file_time_type newest_time{};
  std::error_code ignored;
  for (fs::directory_iterator entry("runs", ignored), end; entry != end; entry.increment(ignored)) {
    if (!unfinished_run(entry->path(), kCommand)) continue;
    const auto time = fs::last_write_time(entry->path() / "run.json", ignored);
    if (!newest.empty() && time <= newest_time) continue;
    newest = entry->path();
    newest_time = time;
  }
  if (newest.empty()) {
    throw InputNotFound("no unfinished fine-tuning was found under runs/: name one with --resume RUN");
  }
  log_info("run: " + newest.string() + " (default: the newest unfinished fine-tuning under runs/)");
  return newest;
}

std::string hash_of_model(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".safetensors" || entry.path().filename() == "config.json") {
      files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  Sha256 hash;
  for (const auto& file : files) {
    const auto content = read_file(file);
    hash.update(content.data(), content.size());
  }
  return hash.finish();
}

}  // namespace

fs::path resumed_finetuning(const std::string& named, const std::string& out) {
  if (!named.empty() && !out.empty()) {
    throw UsageError("--resume " + named + " continues in that folder: leave out --out");
  }
  const fs::path run = !named.empty() ? fs::path(named) : !out.empty() ? fs::path(out) : newest_unfinished();
  const auto record = read_run_record(run / "run.json");
  if (!record || record->command != kCommand) {
    throw InputNotFound("no run at " + run.string() + ": expected a run folder (with run.json) of cmgems finetune");
  }
  if (!fs::exists(run / "config.json")) {
    throw InputNotFound("no " + (run / "config.json").string() +
                        ": the run was killed before it began; start it anew with --overwrite");
  }
  return run;
}

std::map<std::string, std::string> hashes_of_inputs(const fs::path& model, const LabelledData& data) {
  std::map<std::string, std::string> hashes;
  if (!model.empty()) hashes["model"] = hash_of_model(model);
  const auto add = [&](const std::string& name, const tasks::LabelledTable& table) {
    if (fs::is_regular_file(table.path)) hashes[name] = sha256(read_file(table.path));
  };
  for (const auto& task : data.tasks) {
    add(task.name + " train", task.pool);
    if (task.dev) add(task.name + " dev", *task.dev);
    add(task.name + " test", task.test);
  }
  return hashes;
}

void require_same_inputs(const fs::path& run, const std::map<std::string, std::string>& now) {
  const auto record = read_run_record(run / "run.json");
  const auto before = record ? record->hashes : std::map<std::string, std::string>{};
  std::set<std::string> changed;
  for (const auto& [name, hash] : before) {
    if (!now.contains(name) || now.at(name) != hash) changed.insert(name);
  }
  for (const auto& [name, hash] : now) {
    if (!before.contains(name)) changed.insert(name);
  }
  if (changed.empty()) return;
  std::string names;
  for (const auto& name : changed) names += (names.empty() ? "" : ", ") + name;
  throw UsageError("the run in " + run.string() + " cannot go on: what it read has changed since it began (" + names +
                   "); bring it back, or start anew in another folder");
}

}  // namespace cmgems::apps
