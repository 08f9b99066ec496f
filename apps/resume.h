// --resume: which run is meant, and from where it goes on.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cmgems/config/config.h"
#include "cmgems/formats/checkpoint_folder.h"

namespace CLI {
class App;
}

namespace cmgems::apps {

struct ResumeFlags {
  bool asked = false;
  std::string run;  // a run folder, "auto", or empty
  std::optional<std::int64_t> extend_to;
  std::vector<std::string> allow_mismatch;

  bool automatic() const { return run == "auto"; }
};
void add_resume_flags(CLI::App& command, ResumeFlags& flags);

/// The run that the flags name, before any configuration is read: RUN, else --out; empty when it is to be looked for,
/// or a new one is to begin (auto with an --out that holds no run of `command`).
/// Throws: UsageError, InputNotFound.
std::filesystem::path named_run(const ResumeFlags& flags, const std::string& out,
                                const std::string& command = "pretrain");

/// The unfinished runs of `command` under runs/ that nobody works on, newest first; with the settings and inputs of
/// `config` when one is given (pretrain).
std::vector<std::filesystem::path> unfinished_runs(const std::optional<config::Config>& config,
                                                   const std::string& command = "pretrain");

/// Whether a folder holds a run of `command` that is not finished and that nobody works on.
bool unfinished_run(const std::filesystem::path& run, const std::string& command);

/// Looks through the checkpoints and says which were skipped and why. -> the newest whole one, none when there is none
/// at all. Throws: DataError when all are damaged.
std::optional<formats::CheckpointEntry> choose_checkpoint(const std::filesystem::path& run);

}  // namespace cmgems::apps
