#include "cmgems/parallel/environment.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <vector>

#include "cmgems/base/error.h"

namespace cmgems::parallel {
namespace {

constexpr int kMaxRanks = 1 << 20;
constexpr int kMaxPort = 65535;
constexpr int kFirstSlurmPort = 20000, kSlurmPorts = 20000;

int number_of(const std::string& name, const std::string& text, int low, int high) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < low || value > high) {
    throw UsageError("the environment variable " + name + " is \"" + text + "\": expected a number in " +
                     std::to_string(low) + ".." + std::to_string(high) +
                     "; unset it, or let torchrun, srun or cmgems launch set it");
  }
  return value;
}

class Reader {
 public:
  explicit Reader(const Variables& variables) : variables_(variables) {}
  std::optional<std::string> text(const char* name) const { return variables_(name); }
  std::optional<int> number(const char* name, int low, int high) const {
    const auto value = variables_(name);
    return value ? std::optional(number_of(name, *value, low, high)) : std::nullopt;
  }
  int needed(const char* name, int low, int high, const char* beside) const {
    const auto value = number(name, low, high);
    if (value) return *value;
    throw UsageError(std::string("the environment variable ") + beside + " is set, but " + name +
                     " is not: set both, or let torchrun, srun or cmgems launch do it");
  }

 private:
  const Variables& variables_;
};

void check_ranks(const Environment& environment, const char* rank, const char* local_rank) {
  if (environment.local_rank < environment.local_world) return;
  throw UsageError(std::string("the environment variable ") + local_rank + " (" +
                   std::to_string(environment.local_rank) + ") does not fit the " +
                   std::to_string(environment.local_world) + " ranks of this host; look at " + rank + " too");
}

Environment from_torchrun(const Reader& reader) {
  Environment environment;
  environment.source = "torchrun";
  const bool has_rank = reader.text("RANK").has_value();
  environment.world = reader.needed("WORLD_SIZE", 1, kMaxRanks, "RANK");
  if (!has_rank && environment.world == 1) return environment;
  environment.rank = reader.needed("RANK", 0, environment.world - 1, "WORLD_SIZE");
  environment.local_world = reader.number("LOCAL_WORLD_SIZE", 1, environment.world).value_or(environment.world);
  environment.local_rank =
      reader.number("LOCAL_RANK", 0, kMaxRanks).value_or(environment.rank % environment.local_world);
  check_ranks(environment, "LOCAL_WORLD_SIZE", "LOCAL_RANK");
  environment.address = reader.text("MASTER_ADDR").value_or(environment.address);
  if (environment.world > 1) environment.port = reader.needed("MASTER_PORT", 1, kMaxPort, "WORLD_SIZE");
  environment.agent_store = reader.text("TORCHELASTIC_USE_AGENT_STORE").value_or("") == "True";
  environment.restart = reader.number("TORCHELASTIC_RESTART_COUNT", 0, 1'000'000'000).value_or(0);
  environment.job = reader.text("TORCHELASTIC_RUN_ID").value_or(environment.job);
  return environment;
}

/// "2(x3),1" -> 2
int first_count(const std::string& text) {
  return number_of("SLURM_STEP_TASKS_PER_NODE", text.substr(0, text.find_first_of("(,")), 1, kMaxRanks);
}

Environment from_slurm(const Reader& reader) {
  Environment environment;
  environment.source = "SLURM";
  const char* const tasks = reader.text("SLURM_STEP_NUM_TASKS") ? "SLURM_STEP_NUM_TASKS" : "SLURM_NTASKS";
  environment.world = reader.needed(tasks, 1, kMaxRanks, "SLURM_PROCID");
  environment.rank = reader.needed("SLURM_PROCID", 0, environment.world - 1, tasks);
  const auto per_node = reader.text("SLURM_STEP_TASKS_PER_NODE");
  environment.local_rank = reader.number("SLURM_LOCALID", 0, kMaxRanks).value_or(environment.rank);
  environment.local_world = std::max(per_node ? first_count(*per_node) : environment.world, environment.local_rank + 1);
  const auto step_nodes = reader.text("SLURM_STEP_NODELIST");
  const auto nodes = step_nodes ? step_nodes : reader.text("SLURM_JOB_NODELIST");
  const bool one_host = reader.number("SLURM_STEP_NUM_NODES", 1, kMaxRanks).value_or(nodes ? 2 : 1) == 1;
  const auto address = reader.text("MASTER_ADDR");
  if (address) environment.address = *address;
  if (!address && !one_host) environment.address = first_host(*nodes);
  const int job = reader.number("SLURM_JOB_ID", 0, 2'147'483'647).value_or(0);
  const int step = reader.number("SLURM_STEP_ID", 0, 2'147'483'647).value_or(0);
  environment.port = reader.number("MASTER_PORT", 1, kMaxPort)
                         .value_or(kFirstSlurmPort + (job % kSlurmPorts + step % kSlurmPorts) % kSlurmPorts);
  environment.job = std::to_string(job) + "." + std::to_string(step);
  environment.restart = reader.number("SLURM_RESTART_COUNT", 0, 1'000'000'000).value_or(0);
  return environment;
}

}  // namespace

std::optional<std::string> process_variable(const char* name) {
  const char* const value = std::getenv(name);
  return value != nullptr ? std::optional<std::string>(value) : std::nullopt;
}

Environment environment_of(const Variables& variables) {
  const Reader reader(variables);
  if (reader.text("RANK") || reader.text("WORLD_SIZE")) return from_torchrun(reader);
  const bool script = reader.text("SLURM_JOB_ID") && !reader.text("SLURM_STEP_ID");
  if (reader.text("SLURM_PROCID") && !script) return from_slurm(reader);
  return {};
}

std::string first_host(const std::string& list) {
  const auto bracket = list.find_first_of("[,");
  if (bracket == std::string::npos || list[bracket] == ',') return list.substr(0, bracket);
  const auto end = list.find_first_of("-,]", bracket);
  const auto close = list.find(']', bracket);
  if (end == std::string::npos || close == std::string::npos) {
    throw UsageError("the environment variable SLURM_STEP_NODELIST is \"" + list +
                     "\": expected a list such as gpu[03-05]; name rank 0's host in MASTER_ADDR");
  }
  const auto after = list.substr(close + 1, list.find(',', close) - close - 1);
  return list.substr(0, bracket) + list.substr(bracket + 1, end - bracket - 1) + after;
}

std::string visible_device(const std::optional<std::string>& list, const Environment& environment) {
  const auto rank = static_cast<std::size_t>(environment.local_rank);
  if (!list) return std::to_string(rank);
  std::vector<std::string> entries;
  for (std::size_t begin = 0; begin < list->size();) {
    const auto end = std::min(list->find(',', begin), list->size());
    entries.push_back(list->substr(begin, end - begin));
    begin = end + 1;
  }
  if (entries.size() == 1) return entries[0];
  if (rank < entries.size()) return entries[rank];
  throw UsageError("CUDA_VISIBLE_DEVICES names " + std::to_string(entries.size()) + " devices, and this is rank " +
                   std::to_string(rank) + " of its host, counted from 0: start fewer ranks, or name more devices");
}

int threads_of(int processors, int bound, const Environment& environment) {
  if (environment.local_world == 1) return std::max(1, processors);
  if (bound < processors) return std::max(1, bound);
  return std::max(1, processors / environment.local_world);
}

}  // namespace cmgems::parallel
