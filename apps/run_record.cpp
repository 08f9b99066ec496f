#include "run_record.h"

#include <sys/resource.h>
#include <unistd.h>

#include <ctime>
#include <nlohmann/json.hpp>

#include "cmgems/base/atomic_file.h"
#include "cmgems/nn/device.h"
#include "version.h"

namespace cmgems::apps {

std::string host_name() {
  char name[256] = {};
  return ::gethostname(name, sizeof name - 1) == 0 ? name : "unknown";
}

std::string utc_time() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text;
}

namespace {

/// The command lines of earlier sessions of a run, the oldest first; those of `now` are of this one.
nlohmann::ordered_json earlier_command_lines(const std::filesystem::path& file, const std::vector<std::string>& now) {
  auto lines = nlohmann::ordered_json::array();
  if (!std::filesystem::exists(file)) return lines;
  const auto json = nlohmann::ordered_json::parse(read_file(file), nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains("command_line")) return lines;
  if (json.contains("earlier_command_lines")) lines = json["earlier_command_lines"];
  if (lines.is_array() && json["command_line"] != nlohmann::ordered_json(now)) lines.push_back(json["command_line"]);
  return lines;
}

}  // namespace

std::optional<EarlierRecord> read_run_record(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file)) return std::nullopt;
  try {
    const auto json = nlohmann::json::parse(read_file(file));
    EarlierRecord record{json.at("command").get<std::string>(), json.at("finished").get<bool>()};
    if (json.contains("hashes")) record.hashes = json["hashes"].get<std::map<std::string, std::string>>();
    if (json.at("compute_cost").contains("training")) {
      record.training_seconds = json["compute_cost"]["training"].get<double>();
    }
    if (json.contains("accepted")) record.accepted = json["accepted"].get<Accepted>();
    if (json.contains("keep")) record.keep = json["keep"].get<std::size_t>();
    return record;
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

void write_run_record(const std::filesystem::path& file, const Session& session, const config::Config& config,
                      const RunRecord& record) {
  const bool cuda = config.compute.device == config::DeviceChoice::cuda;
  nlohmann::ordered_json json;
  json["command"] = record.command;
  json["command_line"] = session.command_line;
  if (const auto earlier = earlier_command_lines(file, session.command_line); !earlier.empty()) {
    json["earlier_command_lines"] = earlier;
  }
  json["finished"] = record.finished;
  json["written_at"] = utc_time();
  json["versions"] = {{"cmgems", program_version()},
                      {"libtorch", nn::torch_version()},
                      {"cuda", nn::torch_cuda_version()},
                      {"build_type", build_type()},
                      {"compiler", compiler()}};
  json["host"] = host_name();
  json["device"] = cuda ? "cuda" : "cpu";
  json["threads"] = config.compute.threads;
  json["bf16"] = config.compute.bf16 == config::Switch::on;
  json["seed"] = record.seed;
  json["hashes"] = record.hashes;
  if (record.parameters > 0) json["parameters"] = record.parameters;
  json["compute_cost"] = record.compute_cost;
  if (record.keep > 0) json["keep"] = record.keep;
  if (!record.accepted.empty()) json["accepted"] = record.accepted;
  if (record.finished) json["peak_memory_bytes"] = peak_memory();
  if (const auto peak = nn::peak_device_memory(); record.finished && peak > 0) json["peak_device_memory_bytes"] = peak;
  write_file_atomic(file, json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
}

std::int64_t peak_memory() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return std::int64_t{usage.ru_maxrss} * 1024;
}

}  // namespace cmgems::apps
