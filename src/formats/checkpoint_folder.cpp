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
    entry.unreadable = error.code() == ExitCode::io;
  } catch (const fs::filesystem_error& error) {
    entry.problem = error.what();
    entry.unreadable = true;
  }
}

std::vector<CheckpointEntry> folders_of(const fs::path& run) {
  std::vector<CheckpointEntry> entries;
  std::error_code ignored;
  for (fs::directory_iterator entry(run, ignored), end; entry != end; entry.increment(ignored)) {
    std::error_code unknown;  // then its manifest tells why
    const auto step = step_of(entry->path());
    if (step && (entry->is_directory(unknown) || unknown)) entries.push_back({*step, entry->path(), {}, false, {}});
  }
  std::sort(entries.begin(), entries.end(), [](const auto& left, const auto& right) { return left.step > right.step; });
  return entries;
}

/// First out of its name, so that nobody sees half a checkpoint.
void remove_checkpoint(const fs::path& folder) {
  const fs::path aside = old_path(folder);
  if (file_system().rename(folder, aside) != 0) fail_io("rename", folder);
  remove_tree(aside);
}

fs::path set_aside(const fs::path& folder) {
  const std::string name = folder.filename().string();
  fs::path aside = folder.parent_path() / ("skipped-" + name);
  for (int i = 2; fs::exists(fs::symlink_status(aside)); ++i) {
    aside.replace_filename("skipped-" + std::to_string(i) + "-" + name);
  }
  if (file_system().rename(folder, aside) != 0) fail_io("rename", folder);
  return aside;
}

/// A folder with a manifest, by that; files and folders without one were put aside as a whole.
bool whole_folder(const fs::path& aside) {
  const std::string name = aside.filename().string();
  CheckpointEntry entry{step_of(name.substr(0, name.rfind('.'))).value_or(-1), aside, {}, false, {}};
  if (entry.step < 0) return true;
  inspect(entry, Check::hashes);
  return entry.whole();
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

std::vector<fs::path> prune_checkpoints(const fs::path& run, std::size_t keep, Check check) {
  std::vector<fs::path> removed;
  std::size_t kept = 0;
  for (const auto& entry : list_checkpoints(run, check)) {
    if (kept < keep) {
      kept += entry.whole() ? 1 : 0;
      continue;
    }
    remove_checkpoint(entry.folder);
    removed.push_back(entry.folder);
  }
  return removed;
}

NewerCheckpoints clear_newer_checkpoints(const fs::path& run, std::int64_t step) {
  NewerCheckpoints cleared;
  for (auto& entry : folders_of(run)) {
    if (entry.step <= step) continue;
    inspect(entry, Check::hashes);
    if (entry.whole() || entry.unreadable) {
      cleared.set_aside.push_back(set_aside(entry.folder));
    } else {
      remove_checkpoint(entry.folder);
      cleared.removed.push_back(entry.folder);
    }
  }
  return cleared;
}

std::vector<fs::path> remove_leftovers(const fs::path& run, std::span<const std::string_view> names) {
  return settle_leftovers(
      run,
      [&](const fs::path& target) {
        return step_of(target) || std::find(names.begin(), names.end(), target.filename().string()) != names.end();
      },
      whole_folder);
}

}  // namespace cmgems::formats
