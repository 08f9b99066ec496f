// cmgems launch: several ranks of a command on this host, as torchrun would start them, without Python.
#include <CLI/CLI.hpp>
#include <memory>

#include "cmgems/base/error.h"
#include "cmgems/base/log.h"
#include "command.h"
#include "rank_processes.h"

namespace cmgems::apps {
namespace {

constexpr const char* kExample =
    "Examples:\n"
    "  cmgems launch -n 2 -- pretrain --config smoke.json --out runs/two\n"
    "  cmgems launch -n 8 --cpu-bind -- cmgems pretrain --config logo.json\n"
    "Several hosts, one launch on each (rank 0's host is the first):\n"
    "  cmgems launch -n 8 --hosts 4 --host 0 --address node1 --port 29500 -- pretrain --config logo.json";

struct Options {
  OutputFlags output;
  RankPlan plan;
  std::vector<std::string> words;  // of the command, those before the first that looks like an option of launch
};

/// A word that is a command of this program stands for `cmgems COMMAND`.
std::vector<std::string> whole_command(const CLI::App& program, std::vector<std::string> words,
                                       const std::vector<std::string>& more) {
  words.insert(words.end(), more.begin(), more.end());
  if (!words.empty() && words[0] == "--") words.erase(words.begin());
  if (words.empty()) throw UsageError("launch needs a command: cmgems launch -n 2 -- pretrain --config smoke.json");
  for (const CLI::App* command : program.get_subcommands([](const CLI::App*) { return true; })) {
    if (command->get_name() == words[0]) words.insert(words.begin(), "cmgems");
  }
  if (words.size() > 1 && words[0] == "cmgems" && words[1] == "launch") {
    throw UsageError("launch cannot start itself: name the command that the ranks run");
  }
  return words;
}

void run(const Options& options) {
  start_logging(options.output);
  const int code = run_ranks(options.plan);
  // The ranks have said why; an error of its own would add nothing.
  if (code != 0) throw RanksFailed(code);
}

}  // namespace

void add_launch(CLI::App& app, Session& session) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("launch", "Start a command as several ranks, on this host or on each of several");
  auto& plan = options->plan;
  command->add_option("-n,--ranks", plan.ranks, "processes on this host, one for each GPU")
      ->required()
      ->check(CLI::Range(1, 4096));
  command->add_flag("--cpu-bind", plan.bind, "each rank keeps to its own part of this host's processors");
  command->add_option("--hosts", plan.hosts, "hosts in all, each with a launch of its own")
      ->capture_default_str()
      ->check(CLI::Range(1, 65536));
  command->add_option("--host", plan.host, "which of them this one is, from 0")->capture_default_str();
  command->add_option("--address", plan.address, "of the first host")->capture_default_str();
  command->add_option("--port", plan.port, "of rank 0; 0 = a free one, for a single host")
      ->capture_default_str()
      ->check(CLI::Range(0, 65535));
  command->add_option("--grace", plan.grace, "seconds that ranks have to end after one failed")
      ->capture_default_str()
      ->check(CLI::Range(0, 86'400));
  command->add_flag("--no-prefix", plan.plain,
                    "no [rank] before each line; the results of rank 0, on standard output, never have it");
  command->add_option("command", options->words,
                      "what each rank runs, behind --: pretrain ..., cmgems ..., or a program");
  command->prefix_command();
  add_output_flags(*command, options->output);
  command->footer(kExample);
  command->callback([options, command, &app, &session] {
    options->plan.command = whole_command(app, options->words, command->remaining());
    session.takes_ranks = true;
    session.run = [options] { run(*options); };
  });
}

}  // namespace cmgems::apps
