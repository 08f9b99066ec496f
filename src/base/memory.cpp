#include "cmgems/base/memory.h"

#include <algorithm>
#include <fstream>
#include <limits>
#include <optional>
#include <string>

namespace cmgems {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kUnknown = std::numeric_limits<std::uint64_t>::max();

/// The number in a file of its own; none when there is no such file or it says "max".
std::optional<std::uint64_t> number_in(const fs::path& path) {
  std::uint64_t value = 0;
  std::ifstream file(path);
  return file >> value ? std::optional(value) : std::nullopt;
}

/// The number behind a word that begins a line.
std::optional<std::uint64_t> number_after(const fs::path& path, const std::string& word) {
  std::ifstream file(path);
  for (std::string found; file >> found; file.ignore(std::numeric_limits<std::streamsize>::max(), '\n')) {
    std::uint64_t value = 0;
    if (found == word && file >> value) return value;
  }
  return std::nullopt;
}

/// What a group leaves; the file cache in its usage gives way.
std::uint64_t left_in(const fs::path& group, const char* limit, const char* usage, const char* cache) {
  const auto most = number_in(group / limit);
  const auto used = number_in(group / usage);
  if (!most || !used) return kUnknown;
  const std::uint64_t reclaimable = number_after(group / "memory.stat", cache).value_or(0);
  const std::uint64_t fixed = *used - std::min(*used, reclaimable);
  return *most - std::min(*most, fixed);
}

/// Paths of the process' groups, from /proc/self/cgroup: lines "0::/path" (version 2) and "5:memory:/path" (version 1).
fs::path group_of(const fs::path& root, const std::string& controllers) {
  std::ifstream file(root / "proc/self/cgroup");
  for (std::string line; std::getline(file, line);) {
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (second == std::string::npos || line.substr(first + 1, second - first - 1) != controllers) continue;
    return fs::path(line.substr(second + 1)).relative_path();
  }
  return {};
}

/// The tightest of a group and all groups above it.
std::uint64_t left_in_tree(const fs::path& top, fs::path group, const char* limit, const char* usage,
                           const char* cache) {
  std::uint64_t left = left_in(top, limit, usage, cache);
  for (; !group.empty(); group = group.parent_path()) left = std::min(left, left_in(top / group, limit, usage, cache));
  return left;
}

}  // namespace

std::uint64_t available_memory(const fs::path& root) {
  const auto kibibytes = number_after(root / "proc/meminfo", "MemAvailable:");
  const std::uint64_t machine = kibibytes ? *kibibytes * 1024 : kUnknown;
  const fs::path groups = root / "sys/fs/cgroup";
  const std::uint64_t second =
      left_in_tree(groups, group_of(root, ""), "memory.max", "memory.current", "inactive_file");
  const std::uint64_t first = left_in_tree(groups / "memory", group_of(root, "memory"), "memory.limit_in_bytes",
                                           "memory.usage_in_bytes", "total_inactive_file");
  return std::min({machine, first, second});
}

}  // namespace cmgems
