// run.json: what made a run, for the reader who wants to repeat or compare it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cmgems/config/config.h"
#include "command.h"

namespace cmgems::apps {

/// Differences to its checkpoints that a run was allowed to go on with, by field of the fingerprint: the values that it
/// had, the present one last.
using Accepted = std::map<std::string, std::vector<std::string>>;

struct RunRecord {
  std::string command;                         // pretrain, finetune, eval-gue
  std::map<std::string, std::string> hashes;   // SHA-256 of genome, table, vocabulary ...
  std::map<std::string, double> compute_cost;  // seconds by phase
  std::int64_t seed = 0;
  std::int64_t parameters = 0;
  bool finished = false;
  Accepted accepted{};
  std::size_t keep = 0;  // checkpoints that are kept; 0 = the command has none
};

/// Throws: IoError.
void write_run_record(const std::filesystem::path& file, const Session& session, const config::Config& config,
                      const RunRecord& record);

/// What an earlier session left of the run; none when there is no such file or it is not one.
struct EarlierRecord {
  std::string command;
  bool finished = false;
  std::map<std::string, std::string> hashes{};
  double training_seconds = 0;
  Accepted accepted{};
  std::size_t keep = 0;
};
std::optional<EarlierRecord> read_run_record(const std::filesystem::path& file);

/// The name of this machine, or "unknown".
std::string host_name();
/// Now, as 2026-01-31T12:00:00Z.
std::string utc_time();

/// Largest resident memory of this process so far, bytes.
std::int64_t peak_memory();

}  // namespace cmgems::apps
