// cmgems: reads the command line, runs one sub-command, turns errors into one sentence and an exit code.
#include <CLI/CLI.hpp>
#include <exception>
#include <filesystem>
#include <iostream>
#include <string>

#include "cmgems/base/error.h"
#include "command.h"
#include "openmp.h"
#include "rank_processes.h"
#include "ranks.h"
#include "version.h"

namespace {

int fail(cmgems::ExitCode code, const std::string& message) {
  std::cerr << "cmgems: " << message << "\n";
  return static_cast<int>(code);
}

/// LibTorch appends a stack trace to its messages: only the first line is for people.
std::string first_line(const char* message) {
  const std::string text(message);
  return text.substr(0, text.find('\n'));
}

/// A result that did not reach its reader is an error, help and version too.
void flush_results() {
  if (!std::cout.flush()) throw cmgems::IoError("cannot write the result to standard output");
}

int parse(CLI::App& app, int argc, char** argv) {
  try {
    app.parse(argc, argv);
    return -1;
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {
      const int code = app.exit(error);
      flush_results();
      return code;
    }
    return fail(cmgems::ExitCode::usage, first_line(error.what()) + " (see cmgems --help, or --help of the command)");
  }
}

}  // namespace

int main(int argc, char** argv) {
  using namespace cmgems;
  apps::settle_openmp(argv);
  apps::Session session;
  try {
    CLI::App app("Pretrains and fine-tunes genome language models with curriculum masking.", "cmgems");
    session.command_line.assign(argv, argv + argc);
    app.set_version_flag("--version", [] { return apps::version_text(); });
    apps::add_commands(app, session);
    apps::check_command(app, session.command_line);
    if (const int code = parse(app, argc, argv); code >= 0) return code;
    if (!session.takes_ranks) apps::require_one_process();
    session.run();
    flush_results();
    return apps::leave_ranks(session, static_cast<int>(ExitCode::ok));
  } catch (const apps::RanksFailed& ranks) {
    return apps::leave_ranks(session, ranks.code);
  } catch (const Error& error) {
    return apps::end_ranks(session, error.code(), error.what());
  } catch (const std::filesystem::filesystem_error& error) {
    return apps::end_ranks(session, ExitCode::io, error.what());
  } catch (const std::bad_alloc&) {
    return apps::end_ranks(session, ExitCode::internal, "out of memory");
  } catch (const std::exception& error) {
    return apps::end_ranks(session, ExitCode::internal, "internal error: " + first_line(error.what()));
  }
}
