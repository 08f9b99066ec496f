// Which of several processes this one is, as whoever started it says: torchrun (and `cmgems launch`), else SLURM's
// srun, else nobody. https://docs.pytorch.org/docs/stable/elastic/run.html#environment-variables,
// https://slurm.schedmd.com/srun.html#SECTION_OUTPUT-ENVIRONMENT-VARIABLES
#pragma once

#include <functional>
#include <optional>
#include <string>

namespace cmgems::parallel {

struct Environment {
  int rank = 0, world = 1;
  int local_rank = 0, local_world = 1;  // on this host
  std::string address = "127.0.0.1";    // of rank 0's host, or of torchrun's agent
  int port = 0;
  bool agent_store = false;  // the store runs in torchrun's agent: every rank is its client, rank 0, too
  int restart = 0;           // times that torchrun began anew
  std::string job = "none";  // keeps the keys of several jobs in one store apart
  const char* source = "";   // "torchrun", "SLURM"; "" = one process, started by hand
  bool alone() const { return world == 1; }
};

/// The value of an environment variable, none when it is not set.
using Variables = std::function<std::optional<std::string>(const char* name)>;
std::optional<std::string> process_variable(const char* name);

/// torchrun's RANK, WORLD_SIZE, LOCAL_RANK, LOCAL_WORLD_SIZE, MASTER_ADDR, MASTER_PORT, TORCHELASTIC_USE_AGENT_STORE,
/// TORCHELASTIC_RESTART_COUNT and TORCHELASTIC_RUN_ID; without them SLURM_PROCID, SLURM_NTASKS, SLURM_LOCALID and the
/// first host of the node list. A batch script that srun did not start is one process.
/// Throws: UsageError that names the variable.
Environment environment_of(const Variables& variables = process_variable);

/// The first host of SLURM's list: "gpu[03-05,9],login" -> "gpu03".
std::string first_host(const std::string& list);

/// CUDA_VISIBLE_DEVICES of a rank: its own entry of the list, the only entry of a list of one; `list` none = all.
/// Throws: UsageError when the host offers fewer entries than it has ranks.
std::string visible_device(const std::optional<std::string>& list, const Environment& environment);

/// Threads of a rank where 0 stands for all: those that it is bound to, or its part of the host's.
int threads_of(int processors, int bound, const Environment& environment);

}  // namespace cmgems::parallel
