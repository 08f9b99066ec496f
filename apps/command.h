// What the sub-commands share: the session, the flags that every command has, and those of a configuration.
// A sub-command is one file: flags are bound into a struct, and run(options) does the work.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cmgems/config/config.h"

namespace CLI {
class App;
}
namespace cmgems::parallel {
class Ranks;
}

namespace cmgems::apps {

struct Session {
  std::vector<std::string> command_line;
  std::function<void()> run;               // the sub-command that was typed
  bool takes_ranks = false;                // whether it knows what to do as one of several processes
  std::shared_ptr<parallel::Ranks> ranks;  // which those are, see ranks.h
};

/// The one visible list of sub-commands.
void add_commands(CLI::App& app, Session& session);
void add_npmi(CLI::App& app, Session& session);
void add_npmi_build(CLI::App& npmi, Session& session);
void add_npmi_show(CLI::App& npmi, Session& session);
void add_npmi_compare(CLI::App& npmi, Session& session);
void add_npmi_motifs(CLI::App& npmi, Session& session);
void add_mask(CLI::App& app, Session& session);
void add_pretrain(CLI::App& app, Session& session);
void add_finetune(CLI::App& app, Session& session);
void add_eval_gue(CLI::App& app, Session& session);
void add_import(CLI::App& app, Session& session);
void add_launch(CLI::App& app, Session& session);
void add_predict(CLI::App& app, Session& session);
void add_embed(CLI::App& app, Session& session);
void add_perplexity(CLI::App& app, Session& session);
void add_variants(CLI::App& app, Session& session);
void add_checkpoint(CLI::App& app, Session& session);
void add_compare(CLI::App& app, Session& session);
void add_task(CLI::App& app, Session& session);
void add_task_build(CLI::App& task, Session& session);
void add_reproduce(CLI::App& app, Session& session);
void add_sweep(CLI::App& app, Session& session);
void add_report(CLI::App& app, Session& session);
void add_bench(CLI::App& app, Session& session);
void add_bench_count(CLI::App& bench, Session& session);
void add_bench_infer(CLI::App& bench, Session& session);
void add_bench_mask(CLI::App& bench, Session& session);
void add_bench_scale(CLI::App& bench, Session& session);
void add_bench_parts(CLI::App& bench, Session& session);
void add_bench_train(CLI::App& bench, Session& session);
void add_doctor(CLI::App& app, Session& session);

/// Names an unknown sub-command and the nearest known one, which the parser would not.
/// Throws: UsageError.
void check_command(const CLI::App& app, const std::vector<std::string>& command_line);

/// --json, --quiet, --verbose.
struct OutputFlags {
  bool json = false;
  bool quiet = false;
  bool verbose = false;
};
void add_output_flags(CLI::App& command, OutputFlags& flags);
void start_logging(const OutputFlags& flags);

/// --config, --set, --device, --interface.
struct ConfigFlags {
  std::string file;
  std::vector<std::string> assignments;
  std::optional<std::string> device, interface = std::nullopt;
};
void add_config_flags(CLI::App& command, ConfigFlags& flags);
/// Built-in defaults, then the file, then --set, then --device and --interface. Not validated: named flags come on top.
config::Config load_config(const ConfigFlags& flags);

/// Starts LibTorch and stores what "auto" came to, so that the run's config.json repeats the run.
void start_compute(config::ComputeOptions& compute);

/// The command as it was typed, ready to be pasted into a shell.
std::string command_text(const Session& session);

/// An absolute path; builtin: names, "random" and other words stay what they are.
std::string absolute_path(const std::string& path);

}  // namespace cmgems::apps
