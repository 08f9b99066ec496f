#include "cmgems/formats/checkpoint_folder.h"

#include <algorithm>
#include <optional>

#include "cmgems/base/error.h"
#include "cmgems/base/file_system.h"

namespace cmgems::formats {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "checkpoint-";
constexpr std::size_t kLongestStep = 18;  // digits that fit 64 bits

std::optional<std::int64_t> step_of(const fs::path& folder) {
  const std::string name = folder.filename().string();
  if (!name.starts_with(kPrefix)) return std::nullopt;
  const std::string digits = name.substr(kPrefix.size());
  if (digits.empty() || digits.size() > kLongestStep || digits.find_first_not_of("0123456789") != std::string::npos) {
    return std::nullopt;
  }
  return std::stoll(digits);
}

void inspect(CheckpointEntry& entry, Check check) {
  try {
    entry.manifest = read_manifest(entry.folder);
    if (entry.manifest.step != entry.step) throw DataError("its manifest is that of another step");
    check_files(entry.folder, entry.manifest, check);
  } catch (const Error& error) {
    entry.problem = error.what();
  }
}

std::vector<CheckpointEntry> folders_of(const fs::path& run) {
  std::vector<CheckpointEntry> entries;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(run, ignored)) {
    const auto step = step_of(entry.path());
    if (step && entry.is_directory(ignored)) entries.push_back({*step, entry.path(), {}, {}});
  }
  std::sort(entries.begin(), entries.end(), [](const auto& left, const auto& right) { return left.step > right.step; });
  return entries;
}

}  // namespace

fs::path checkpoint_path(const fs::path& run, std::int64_t step) {
  return run / (std::string(kPrefix) + std::to_string(step));
}

std::vector<CheckpointEntry> list_checkpoints(const fs::path& run, Check check) {
  auto entries = folders_of(run);
  for (auto& entry : entries) inspect(entry, check);
  return entries;
}

std::vector<CheckpointEntry> find_checkpoint(const fs::path& run) {
  auto entries = folders_of(run);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    inspect(entries[i], Check::hashes);
    if (entries[i].whole()) {
      entries.resize(i + 1);
      break;
    }
  }
  return entries;
}

std::vector<fs::path> prune_checkpoints(const fs::path& run, std::size_t keep) {
  std::vector<fs::path> removed;
  std::size_t kept = 0;
  for (const auto& entry : list_checkpoints(run, Check::sizes)) {
    if (kept < keep) {
      kept += entry.whole() ? 1 : 0;
      continue;
    }
    const fs::path aside = old_path(entry.folder);  // so that nobody sees half a checkpoint
    if (file_system().rename(entry.folder, aside) != 0) fail_io("rename", entry.folder);
    remove_tree(aside);
    removed.push_back(entry.folder);
  }
  return removed;
}

std::vector<fs::path> remove_leftovers(const fs::path& run) {
  auto leftovers = leftovers_in(run);
  for (const auto& path : leftovers) remove_tree(path);
  return leftovers;
}

}  // namespace cmgems::formats
