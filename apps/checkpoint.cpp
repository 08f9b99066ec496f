// cmgems checkpoint: what a run has saved, whether it is whole, and removing the old ones.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "cmgems/base/error.h"
#include "cmgems/base/log.h"
#include "cmgems/formats/checkpoint_folder.h"
#include "command.h"
#include "result_table.h"
#include "run_folder.h"

namespace cmgems::apps {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

struct Options {
  OutputFlags output;
  std::string run;
  std::size_t keep = 2;
};

void require_run(const fs::path& run) {
  if (fs::exists(run / "run.json")) return;
  throw InputNotFound("no run at " + run.string() + ": expected a run folder (with run.json) of cmgems pretrain");
}

ordered_json json_of(const std::vector<formats::CheckpointEntry>& entries) {
  ordered_json list = ordered_json::array();
  for (const auto& entry : entries) {
    list.push_back({{"step", entry.step},
                    {"folder", entry.folder.string()},
                    {"bytes", entry.manifest.bytes()},
                    {"whole", entry.whole()},
                    {"problem", entry.whole() ? ordered_json(nullptr) : ordered_json(entry.problem)}});
  }
  return list;
}

void print(const std::vector<formats::CheckpointEntry>& entries, const std::string& command, const Options& options) {
  if (options.output.json) {
    const ordered_json json = {{"command", command}, {"run", options.run}, {"checkpoints", json_of(entries)}};
    std::cout << json.dump(2, ' ', false, ordered_json::error_handler_t::replace) << "\n";
    return;
  }
  ResultTable table({"step", "MB", "state"});
  for (const auto& entry : entries) {
    const double megabytes = static_cast<double>(entry.manifest.bytes()) / (1 << 20);
    table.add({std::to_string(entry.step), decimals(megabytes, 1), entry.whole() ? "whole" : entry.problem});
  }
  table.print(std::cout);
}

/// Sizes only: a moment, also for many large checkpoints.
void list(const Options& options) {
  require_run(options.run);
  print(formats::list_checkpoints(options.run, formats::Check::sizes), "checkpoint list", options);
}

void verify(const Options& options) {
  require_run(options.run);
  const auto entries = formats::list_checkpoints(options.run, formats::Check::hashes);
  print(entries, "checkpoint verify", options);
  std::size_t damaged = 0;
  for (const auto& entry : entries) damaged += entry.whole() ? 0 : 1;
  if (damaged == 0) return;
  std::cout.flush();
  throw DataError(std::to_string(damaged) + " of " + std::to_string(entries.size()) + " checkpoints in " + options.run +
                  " are not whole; --resume passes over them");
}

void prune(const Options& options) {
  require_run(options.run);
  const RunFolder folder(options.run);
  const auto removed = formats::prune_checkpoints(options.run, options.keep, formats::Check::hashes);
  for (const auto& path : removed) log_info("removed " + path.string());
  print(formats::list_checkpoints(options.run, formats::Check::sizes), "checkpoint prune", options);
}

CLI::App* add(CLI::App& group, Session& session, const std::shared_ptr<Options>& options, const std::string& name,
              const std::string& summary, void (*action)(const Options&)) {
  auto* command = group.add_subcommand(name, summary);
  command->add_option("RUN", options->run, "run folder of a pretraining")->required();
  add_output_flags(*command, options->output);
  command->footer("Example:\n  cmgems checkpoint " + name + " runs/first");
  command->callback([options, &session, action] {
    session.run = [options, action] {
      start_logging(options->output);
      action(*options);
    };
  });
  return command;
}

}  // namespace

void add_checkpoint(CLI::App& app, Session& session) {
  auto* group = app.add_subcommand("checkpoint", "List, verify and remove the checkpoints of a run");
  group->require_subcommand(1);
  auto options = std::make_shared<Options>();
  add(*group, session, options, "list", "Checkpoints of a run, newest first, sizes checked", list);
  add(*group, session, options, "verify", "Check every file of every checkpoint by its SHA-256", verify);
  add(*group, session, options, "prune", "Remove all but the newest whole ones, and what killed processes left", prune)
      ->add_option("--keep", options->keep, "checkpoints that are kept, at least 2")
      ->capture_default_str()
      ->check(CLI::Range(2, 1'000'000));
}

}  // namespace cmgems::apps
