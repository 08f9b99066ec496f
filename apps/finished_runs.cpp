#include "finished_runs.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cmgems/base/atomic_file.h"
#include "cmgems/base/error.h"
#include "cmgems/base/file_system.h"
#include "json_values.h"
#include "run_record.h"
#include "scores_json.h"

namespace cmgems::apps {
namespace {

using nlohmann::ordered_json;

constexpr const char* kRuns = "finished_runs.jsonl";
constexpr const char* kRunsOfRank = "finished_runs.rank";
constexpr const char* kTiming = "timing.jsonl";

/// The whole lines of a file, none when it is not there.
std::vector<std::string> whole_lines(const std::filesystem::path& path) {
  if (!std::filesystem::exists(path)) return {};
  auto text = read_file(path);
  const auto end = text.rfind('\n');
  text.resize(end == std::string::npos ? 0 : end + 1);
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

ordered_json json_of(const RunKey& key, const FinishedRun& run) {
  const auto& model = run.model;
  ordered_json json = {{"task", key.task}, {"shots", key.shots}, {"run", key.run}, {"seed", model.seed}};
  json["model"] = scores_json(model.model);
  json["dev"] = model.dev ? scores_json(*model.dev) : ordered_json(nullptr);
  json["final_loss"] = model.final_loss;
  json["learning_rate"] = model.learning_rate;
  json["epochs"] = model.epochs;
  json["best_epoch"] = or_null(model.best_epoch);
  json["collapsed"] = model.collapsed;
  json["baselines"] = ordered_json::array();
  for (const auto& scores : run.baselines) json["baselines"].push_back(scores_json(scores));
  return json;
}

FinishedRun run_of(const ordered_json& json) {
  FinishedRun run;
  auto& model = run.model;
  model.seed = json.at("seed").get<std::uint64_t>();
  model.model = scores_of(json.at("model"));
  if (!json.at("dev").is_null()) model.dev = scores_of(json["dev"]);
  model.final_loss = json.at("final_loss").get<double>();
  model.learning_rate = json.at("learning_rate").get<double>();
  model.epochs = json.at("epochs").get<std::int64_t>();
  if (!json.at("best_epoch").is_null()) model.best_epoch = json["best_epoch"].get<std::int64_t>();
  model.collapsed = json.at("collapsed").get<bool>();
  for (const auto& scores : json.at("baselines")) run.baselines.push_back(scores_of(scores));
  return run;
}

std::string text_of(const ordered_json& json) {
  return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace

FinishedRuns::FinishedRuns(const std::filesystem::path& folder, int rank)
    : folder_(folder),
      file_(folder / (rank == 0 ? std::string(kRuns) : kRunsOfRank + std::to_string(rank) + ".jsonl")),
      timing_(folder / kTiming) {
  read_runs(folder / kRuns);
  if (rank == 0) take_over();
  read_seconds(folder / kTiming);
}

std::vector<std::filesystem::path> FinishedRuns::files_of_ranks() const {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
    if (entry.path().filename().string().starts_with(kRunsOfRank)) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

void FinishedRuns::take_over() {
  for (const auto& file : files_of_ranks()) {
    for (const auto& line : whole_lines(file)) file_.append(line);
    read_runs(file);
    remove_tree(file);
  }
}

void FinishedRuns::read_runs(const std::filesystem::path& path) {
  std::size_t number = 0;
  for (const auto& line : whole_lines(path)) {
    ++number;
    try {
      const auto json = ordered_json::parse(line);
      const RunKey key{json.at("task").get<std::string>(), json.at("shots").get<std::int64_t>(),
                       json.at("run").get<std::int64_t>()};
      runs_[key] = run_of(json);
    } catch (const nlohmann::json::exception&) {
      throw DataError(path.string() + " line " + std::to_string(number) +
                      ": not a finished run; remove the line, and the run is done again");
    }
  }
}

/// Clock figures are no results: what cannot be read counts nothing.
void FinishedRuns::read_seconds(const std::filesystem::path& path) {
  for (const auto& line : whole_lines(path)) {
    const auto json = ordered_json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (json.is_object() && json.contains("seconds") && json["seconds"].is_number()) {
      seconds_ += json["seconds"].get<double>();
    }
  }
}

const FinishedRun* FinishedRuns::find(const RunKey& key) const {
  const auto found = runs_.find(key);
  return found == runs_.end() ? nullptr : &found->second;
}

void FinishedRuns::add(const RunKey& key, const FinishedRun& run) {
  runs_[key] = run;
  file_.append(text_of(json_of(key, run)));
  seconds_ += run.model.seconds;
  timing_.append(text_of(
      {{"event", "run"}, {"task", key.task}, {"shots", key.shots}, {"run", key.run}, {"seconds", run.model.seconds}}));
}

void FinishedRuns::note(const std::string& event, const std::string& reason) {
  ordered_json json = {{"event", event}};
  if (!reason.empty()) json["reason"] = reason;
  json["time"] = utc_time();
  timing_.append(text_of(json));
}

}  // namespace cmgems::apps
