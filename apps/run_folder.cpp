#include "run_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>

#include "cmgems/base/error.h"
#include "cmgems/base/file_system.h"
#include "cmgems/formats/checkpoint_folder.h"
#include "event_files.h"

namespace cmgems::apps {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLock = "LOCK";
constexpr const char* kFilesOfARun[] = {"config.json", "metrics.jsonl", "timing.jsonl", "trainer_state.json",
                                        "npmi.tsv",    "results.json",  "model"};

/// True when the folder holds anything but the lock and what a killed process left of its first file.
bool holds_files(const fs::path& folder) {
  const auto leftovers = leftovers_in(folder);
  for (const auto& entry : fs::directory_iterator(folder)) {
    const bool nothing = entry.path().filename() == kLock ||
                         std::find(leftovers.begin(), leftovers.end(), entry.path()) != leftovers.end();
    if (!nothing) return true;
  }
  return false;
}

void refuse_if_used(const fs::path& folder, bool overwrite) {
  if (!holds_files(folder)) return;
  if (!overwrite) {
    throw UsageError("the folder " + folder.string() +
                     " is not empty: choose another one with --out, or add --overwrite to replace the run in it");
  }
  if (!fs::exists(folder / "run.json")) {
    throw UsageError(
        "the folder " + folder.string() +
        " is not empty and holds no run (run.json): --overwrite replaces runs only, choose another folder");
  }
}

int take_lock(const fs::path& folder) {
  const auto path = folder / kLock;
  const int descriptor = file_system().open(path, O_RDWR | O_CREAT);
  if (descriptor < 0) fail_io("create", path);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) return descriptor;
  ::close(descriptor);
  throw UsageError("the folder " + folder.string() +
                   " is in use by another cmgems process: wait for it, or choose another folder with --out");
}

void refuse_if_file(const fs::path& path) {
  if (fs::exists(path) && !fs::is_directory(path)) {
    throw UsageError("--out " + path.string() + " is a file: name a folder");
  }
}

void create(const fs::path& folder) {
  refuse_if_file(folder);
  make_folders(folder);
}

/// TensorBoard's files, and their folders where nothing else is in them: RUN/runs may hold runs of its own.
void remove_event_files(const fs::path& runs) {
  for (const auto& folder : folders_of_events(runs)) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder)) files.push_back(entry.path());
    for (const auto& file : files) {
      if (file.filename().string().starts_with(kEventFile)) remove_tree(file);
    }
    if (fs::is_empty(folder)) remove_tree(folder);
  }
  if (fs::is_directory(runs) && fs::is_empty(runs)) remove_tree(runs);
}

}  // namespace

fs::path default_run_folder(const std::string& command) {
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  ::localtime_r(&now, &local);
  char stamp[32];
  std::strftime(stamp, sizeof stamp, "%Y%m%d-%H%M%S", &local);
  const fs::path first = fs::path("runs") / (command + "-" + stamp);
  fs::path path = first;
  for (int number = 2; fs::exists(path); ++number) path = first.string() + "-" + std::to_string(number);
  return path;
}

void check_run_folder(const fs::path& path, bool overwrite) {
  refuse_if_file(path);
  if (!fs::exists(path)) return;
  if (fs::exists(path / kLock)) ::close(take_lock(path));
  refuse_if_used(path, overwrite);
}

bool run_in_use(const fs::path& path) {
  if (!fs::exists(path / kLock)) return false;
  try {
    ::close(take_lock(path));
    return false;
  } catch (const UsageError&) {
    return true;
  }
}

RunFolder::RunFolder(const fs::path& path, bool overwrite) : path_(path) {
  create(path);
  // Before the lock, so that no LOCK is left in a folder that is somebody else's.
  if (!fs::exists(path / kLock)) refuse_if_used(path, overwrite);
  lock_ = take_lock(path);
  try {
    refuse_if_used(path, overwrite);
    clear();
  } catch (...) {
    ::close(lock_);
    throw;
  }
}

RunFolder::RunFolder(const fs::path& path) : path_(path), lock_(take_lock(path)) {
  try {
    formats::remove_leftovers(path);
  } catch (...) {
    ::close(lock_);
    throw;
  }
}

/// run.json last: as long as it is there, the folder is known to be that of a run.
void RunFolder::clear() const {
  formats::remove_leftovers(path_);
  for (const char* name : kFilesOfARun) remove_tree(path_ / name);
  for (const auto& checkpoint : formats::list_checkpoints(path_, formats::Check::sizes)) {
    remove_tree(checkpoint.folder);
  }
  remove_event_files(path_ / "runs");
  remove_tree(path_ / "run.json");
}

RunFolder::~RunFolder() { ::close(lock_); }

}  // namespace cmgems::apps
