#include "resume.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "cmgems/base/error.h"
#include "cmgems/base/log.h"
#include "fingerprint.h"
#include "run_folder.h"
#include "run_record.h"
#include "tables.h"

namespace cmgems::apps {
namespace {

namespace fs = std::filesystem;

bool same_genome(const config::Config& one, const config::Config& other) {
  const auto synthetic = [](const config::Config& config) {
    return nlohmann::json::parse(config::to_json(config)).at("synthetic");
  };
  return one.inputs.genome == other.inputs.genome && synthetic(one) == synthetic(other);
}

/// `had`: resolved, as a run's config.json has it; the other one may leave the definition to the table.
bool same_table(const npmi::NpmiOptions& had, config::Config wanted) {
  resolve_table(wanted);
  const auto& table = wanted.npmi;
  return had.table == absolute_table_name(table.table) && (!table.definition || had.definition == table.definition) &&
         had.min_count == table.min_count && had.both_strands == table.both_strands;
}

bool same_run(const fs::path& run, const config::Config& wanted) {
  try {
    config::Config config;
    config::apply_file(config, (run / "config.json").string());
    return same_genome(config, wanted) && same_table(config.npmi, wanted) && settings_of(config) == settings_of(wanted);
  } catch (const Error&) {
    return false;  // a run that was killed before its configuration was written, or of another version
  }
}

}  // namespace

bool unfinished_run(const fs::path& run, const std::string& command) try {
  const auto record = read_run_record(run / "run.json");
  return record && record->command == command && !record->finished && fs::exists(run / "config.json") &&
         !run_in_use(run);
} catch (const std::exception&) {
  return false;  // somebody else's, which cannot be read
}

void add_resume_flags(CLI::App& command, ResumeFlags& flags) {
  command
      .add_option_function<std::string>(
          "--resume",
          [&flags](const std::string& word) {
            flags.asked = true;
            flags.run = word;
          },
          "continue a run from its newest whole checkpoint: its folder, or auto (continue if there is one, else "
          "start); without a word the run in --out, else the newest unfinished one under runs/ (with the same "
          "configuration, where --config is given)")
      ->expected(0, 1)
      ->allow_extra_args(false)
      ->type_name("[RUN|auto]");
  command
      .add_option("--extend-to", flags.extend_to,
                  "with --resume: go on to this number of steps; the learning rate follows the decay to the new end")
      ->check(CLI::PositiveNumber);
  command
      .add_option("--allow-mismatch", flags.allow_mismatch,
                  "with --resume: a field that may differ from the checkpoint's, for example compute.threads; may be "
                  "repeated")
      ->allow_extra_args(false);
}

fs::path named_run(const ResumeFlags& flags, const std::string& out, const std::string& command) {
  if (!flags.asked) {
    if (flags.extend_to || !flags.allow_mismatch.empty()) {
      throw UsageError("--extend-to and --allow-mismatch are for a run that continues: add --resume RUN");
    }
    return {};
  }
  const bool unnamed = flags.automatic() || flags.run.empty();
  if (unnamed && out.empty()) return {};
  if (!unnamed && !out.empty())
    throw UsageError("--resume " + flags.run + " continues in that folder: leave out --out");
  const fs::path run = unnamed ? out : flags.run;
  const auto record = read_run_record(run / "run.json");
  if (record && record->command == command) return run;
  if (flags.automatic()) return {};
  throw InputNotFound("no run at " + run.string() + ": expected a run folder (with run.json) of cmgems " + command);
}

std::vector<fs::path> unfinished_runs(const std::optional<config::Config>& config, const std::string& command) {
  std::vector<std::pair<fs::file_time_type, fs::path>> found;
  std::error_code ignored;
  for (fs::directory_iterator entry("runs", ignored), end; entry != end; entry.increment(ignored)) {
    const auto& run = entry->path();
    if (!unfinished_run(run, command) || (config && !same_run(run, *config))) continue;
    found.emplace_back(fs::last_write_time(run, ignored), run);
  }
  std::sort(found.rbegin(), found.rend());
  std::vector<fs::path> runs;
  for (auto& [time, run] : found) runs.push_back(std::move(run));
  return runs;
}

std::optional<formats::CheckpointEntry> choose_checkpoint(const fs::path& run) {
  const auto entries = formats::find_checkpoint(run);
  for (const auto& entry : entries) {
    if (!entry.whole()) log_warning("checkpoint of step " + std::to_string(entry.step) + " skipped: " + entry.problem);
  }
  if (entries.empty()) return std::nullopt;
  if (entries.back().whole()) return entries.back();
  throw DataError("no checkpoint in " + run.string() + " is whole (" + std::to_string(entries.size()) +
                  " looked through): bring one back from a copy, or start anew with --overwrite");
}

}  // namespace cmgems::apps
