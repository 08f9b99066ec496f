// cmgems npmi: the list of its sub-commands.
#include <CLI/CLI.hpp>

#include "command.h"

namespace cmgems::apps {

void add_npmi(CLI::App& app, Session& session) {
  auto* command = app.add_subcommand("npmi", "NPMI tables: what maskers rank k-mers by");
  command->require_subcommand(1);
  add_npmi_build(*command, session);
  add_npmi_show(*command, session);
  add_npmi_compare(*command, session);
  add_npmi_motifs(*command, session);
}

}  // namespace cmgems::apps
