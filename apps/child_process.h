// Commands of this program as processes of their own: one that fails, is stopped or runs out of memory leaves the
// others as they are.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace cmgems::apps {

/// Runs `cmgems ARGUMENTS` to its end with its results in `output` and its log on this process's stderr. SIGTERM,
/// SIGINT, SIGHUP and SIGUSR1 are passed on to it once, and it is told to stop when this process dies.
/// -> its exit code; ExitCode::interrupted when a signal ended it or was passed on.
/// Throws: IoError (no process, no file).
int run_child(const std::vector<std::string>& arguments, const std::filesystem::path& output);

}  // namespace cmgems::apps
