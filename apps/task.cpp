// cmgems task: labelled tasks from other data.
#include <CLI/CLI.hpp>

#include "command.h"

namespace cmgems::apps {

void add_task(CLI::App& app, Session& session) {
  auto* task = app.add_subcommand("task", "Make labelled tasks: build");
  task->require_subcommand(1);
  add_task_build(*task, session);
}

}  // namespace cmgems::apps
