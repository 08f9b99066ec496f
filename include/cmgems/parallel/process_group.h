// Joining the other processes: Gloo through LibTorch's c10d on the CPU, NCCL beside it on GPUs.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "cmgems/parallel/environment.h"
#include "cmgems/parallel/ranks.h"

namespace cmgems::parallel {

/// A rank that the others cannot go on without.
struct Lost {
  int rank = 0;
  ExitCode code = ExitCode::io;  // what this process should end with: the code of a rank that failed
  std::string message;           // one sentence that names the rank
};

struct GroupOptions {
  std::string interface;  // of the network; "" = loopback, or the way to another host's MASTER_ADDR
  std::chrono::milliseconds timeout = std::chrono::minutes(5);  // that a rank may be silent
  bool cuda = false;
  bool even_alone = false;  // a real group of one process, to try it out
  /// Called from another thread, at most once: the process cannot go on and should end, since the thread that
  /// computes may be waiting for the lost rank.
  std::function<void(const Lost&)> on_lost = [](const Lost&) {};
};

/// Waits for the other ranks, at most the timeout. One process for an environment of one.
/// Throws: IoError (a rank did not come, no address, no NCCL), UsageError (no such interface).
std::unique_ptr<Ranks> join(const Environment& environment, const GroupOptions& options);

}  // namespace cmgems::parallel
