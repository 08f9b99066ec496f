#include "command.h"

#include <CLI/CLI.hpp>
#include <filesystem>

#include "cmgems/base/error.h"
#include "cmgems/base/log.h"
#include "cmgems/nn/device.h"
#include "ranks.h"
#include "shell_word.h"

namespace cmgems::apps {

void add_commands(CLI::App& app, Session& session) {
  app.require_subcommand(1);
  app.get_formatter()->column_width(34);
  add_pretrain(app, session);
  add_finetune(app, session);
  add_eval_gue(app, session);
  add_import(app, session);
  add_predict(app, session);
  add_embed(app, session);
  add_perplexity(app, session);
  add_variants(app, session);
  add_checkpoint(app, session);
  add_compare(app, session);
  add_task(app, session);
  add_reproduce(app, session);
  add_sweep(app, session);
  add_report(app, session);
  add_npmi(app, session);
  add_mask(app, session);
  add_bench(app, session);
  add_launch(app, session);
  add_doctor(app, session);
}

void check_command(const CLI::App& app, const std::vector<std::string>& command_line) {
  const CLI::App* group = &app;
  for (std::size_t i = 1; i < command_line.size(); ++i) {
    const std::string& word = command_line[i];
    std::vector<std::string_view> names;
    const CLI::App* found = nullptr;
    for (const CLI::App* command : group->get_subcommands([](const CLI::App*) { return true; })) {
      names.push_back(command->get_name());
      if (command->get_name() == word) found = command;
    }
    if (names.empty() || word.starts_with("-")) return;
    if (found == nullptr) {
      std::string message = "unknown command '" + word + "': expected one of";
      for (const auto name : names) message += (name == names.front() ? " " : ", ") + std::string(name);
      const auto near = nearest(word, names);
      throw UsageError(message + (near.empty() ? "" : "; did you mean " + std::string(near) + "?"));
    }
    group = found;
  }
}

void add_output_flags(CLI::App& command, OutputFlags& flags) {
  command.add_flag("--json", flags.json, "print the result as one JSON document, and nothing else, on standard output");
  command.add_flag("--quiet", flags.quiet, "only warnings and errors on standard error");
  command
      .add_flag("--verbose", flags.verbose,
                "also what was read from where, and how long each part took, on standard error")
      ->excludes("--quiet");
}

void start_logging(const OutputFlags& flags) {
  set_log_level(flags.quiet ? LogLevel::quiet : flags.verbose ? LogLevel::verbose : LogLevel::normal);
}

void add_config_flags(CLI::App& command, ConfigFlags& flags) {
  command.add_option("--config", flags.file,
                     "configuration: a JSON file, or the name of a shipped one (default: none)");
  command.add_option("--set", flags.assignments, "key.path=value on top of the configuration; may be repeated")
      ->allow_extra_args(false);
  command.add_option("--device", flags.device, "auto, cpu or cuda (default: the configuration's, else auto)");
  command.add_option("--interface", flags.interface,
                     "network interface of several ranks (default: loopback, or the way to MASTER_ADDR)");
}

config::Config load_config(const ConfigFlags& flags) {
  config::Config config;
  for (const auto& assignment : flags.assignments) log_debug("--set " + assignment);
  if (!flags.file.empty()) config::apply_file(config, flags.file);
  config::apply_assignments(config, flags.assignments);
  if (flags.device) config::apply_assignments(config, {"compute.device=" + *flags.device});
  if (flags.interface) config.compute.interface = *flags.interface;
  return config;
}

void start_compute(config::ComputeOptions& compute) {
  if (compute.threads == 0) compute.threads = threads_of_rank();
  const auto runtime = nn::start_runtime(compute);
  if (!runtime.note.empty()) log_warning(runtime.note);
  compute.device = runtime.cuda ? config::DeviceChoice::cuda : config::DeviceChoice::cpu;
  compute.bf16 = runtime.bf16 ? config::Switch::on : config::Switch::off;
  compute.threads = runtime.threads;
  compute.micro_batch_tokens = runtime.micro_batch_tokens;
  log_info(std::string("device: ") + (runtime.cuda ? "cuda" : "cpu") + ", " + std::to_string(runtime.threads) +
           " threads, " + (runtime.bf16 ? "bf16" : "fp32") + ", " + std::to_string(runtime.micro_batch_tokens) +
           " tokens a micro-batch");
}

std::string command_text(const Session& session) {
  std::string text = "cmgems";
  for (std::size_t i = 1; i < session.command_line.size(); ++i) text += " " + shell_word(session.command_line[i]);
  return text;
}

std::string absolute_path(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored) ? std::filesystem::absolute(path).lexically_normal().string() : path;
}

}  // namespace cmgems::apps
