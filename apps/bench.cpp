// cmgems bench: the list of its sub-commands.
#include <CLI/CLI.hpp>

#include "bench_save.h"
#include "command.h"

namespace cmgems::apps {

void add_bench(CLI::App& app, Session& session) {
  auto* command = app.add_subcommand("bench", "How fast the parts are on this machine");
  command->require_subcommand(1);
  add_bench_count(*command, session);
  add_bench_infer(*command, session);
  add_bench_mask(*command, session);
  add_bench_parts(*command, session);
  add_bench_save(*command, session);
  add_bench_scale(*command, session);
  add_bench_train(*command, session);
}

}  // namespace cmgems::apps
