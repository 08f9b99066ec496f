// Processes that are the ranks of one command: started, watched and ended together.
#pragma once

#include <string>
#include <vector>

namespace cmgems::apps {

struct RankPlan {
  int ranks = 1;                      // on this host
  int hosts = 1, host = 0;            // in all, and which one this is
  std::string address = "127.0.0.1";  // of host 0
  int port = 0;                       // 0 = a free one
  int grace = 10;                     // seconds from SIGTERM to SIGKILL
  bool bind = false;                  // to processors
  bool plain = false;                 // output without prefixes
  std::vector<std::string> command;   // "cmgems" is this program
};

/// The ranks ended with this code, and said why. main() ends with it in silence.
struct RanksFailed {
  explicit RanksFailed(int code_) : code(code_) {}
  int code;
};

/// Runs the ranks to their end with torchrun's variables set. Signals are passed on; when a rank fails, the others are
/// told to end, and killed `grace` seconds later; none outlives this process.
/// -> the code of the rank that failed first (128 + signal when one ended it), 0 when none did.
/// Throws: UsageError (several hosts without a port), IoError.
int run_ranks(const RankPlan& plan);

/// Processors of a rank: an equal run of consecutive ones of those that this process may use.
std::vector<int> processors_of(int local_rank, int ranks, const std::vector<int>& usable);

}  // namespace cmgems::apps
