// The ranks of a command: joined at its start, named in the log, ended together.
#pragma once

#include "cmgems/parallel/ranks.h"
#include "command.h"

namespace cmgems::apps {

/// Joins the processes that were started with this one, if the environment names any, and keeps them in the session.
/// The first line of each rank says where it runs; after it only the first one logs. `compute` gives device, interface
/// and timeout, and gets this rank's part of the host's threads where it leaves them open.
/// When another rank is lost this process says so and ends.
/// Throws: as parallel::environment_of and parallel::join do.
enum class RankUse { training, values };  // whether tensors of the device are exchanged
parallel::Ranks& start_ranks(Session& session, config::ComputeOptions& compute, RankUse use = RankUse::values);

/// The most threads that each rank of this host should use.
std::int64_t threads_of_rank();

/// Whether the environment names more processes than this one.
bool several_ranks();

/// For commands that know one process only. Throws: UsageError when there are several.
void require_one_process();

/// Waits until all ranks are done. A signal from here on ends this rank at once with its `code`, which it returns.
int leave_ranks(Session& session, int code);

/// Ends the process in the name of all ranks; when they have agreed to end, leaves them. -> the exit code.
int end_ranks(Session& session, ExitCode code, const std::string& message);

}  // namespace cmgems::apps
