#include "run_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <ctime>
#include <string_view>
#include <thread>

#include "cmgems/base/error.h"
#include "cmgems/base/file_system.h"
#include "cmgems/base/log.h"
#include "cmgems/formats/checkpoint_folder.h"
#include "event_files.h"

namespace cmgems::apps {
namespace {

namespace fs = std::filesystem;

using namespace std::chrono_literals;

constexpr const char* kLock = "LOCK";
constexpr std::chrono::milliseconds kPatience = 1s, kPause = 50ms;
constexpr const char* kRecord = "run.json";
constexpr const char* kRunsOfRanks = "finished_runs.rank";
constexpr std::string_view kFilesOfARun[] = {"config.json", "metrics.jsonl", "timing.jsonl", "trainer_state.json",
                                             "npmi.tsv",    "results.json",  "sets",         "finished_runs.jsonl",
                                             "model",       "report.html",   kRecord};

/// True when the folder holds anything but the lock and what a killed process left of its first file.
bool holds_files(const fs::path& folder) {
  const auto leftovers = leftovers_in(folder);
  for (const auto& entry : fs::directory_iterator(folder)) {
    const bool nothing =
        entry.path().filename() == kLock || std::any_of(leftovers.begin(), leftovers.end(), [&](const Leftover& left) {
          return left.path == entry.path() && !left.aside && left.target.filename() == kRecord;
        });
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
  if (!fs::exists(folder / kRecord)) {
    throw UsageError(
        "the folder " + folder.string() +
        " is not empty and holds no run (run.json): --overwrite replaces runs only, choose another folder");
  }
}

/// -> 0, or errno; a passing interruption is none.
int lock_now(int descriptor) {
  int result = 0;
  do {
    result = ::flock(descriptor, LOCK_EX | LOCK_NB);
  } while (result != 0 && errno == EINTR);
  return result == 0 ? 0 : errno;
}

/// `patience`: how long others may hold it, since who only looks whether a run is in use does so for a moment.
int take_lock(const fs::path& folder, std::chrono::milliseconds patience) {
  const auto path = folder / kLock;
  const int descriptor = file_system().open(path, O_RDWR | O_CREAT);
  if (descriptor < 0) fail_io("create", path);
  int problem = lock_now(descriptor);
  for (auto waited = kPause; problem == EWOULDBLOCK && waited <= patience; waited += kPause) {
    std::this_thread::sleep_for(kPause);
    problem = lock_now(descriptor);
  }
  if (problem == 0) return descriptor;
  if (problem == ENOSYS || problem == ENOLCK || problem == EOPNOTSUPP) {
    log_warning("the file system of " + folder.string() + " has no locks (" + std::strerror(problem) +
                "): see to it that no other process writes there");
    return descriptor;
  }
  ::close(descriptor);
  errno = problem;
  if (problem != EWOULDBLOCK) fail_io("lock", path);
  throw FolderInUse("the folder " + folder.string() +
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
  if (fs::exists(path / kLock)) ::close(take_lock(path, kPatience));
  refuse_if_used(path, overwrite);
}

fs::path choose_run_folder(const std::string& out, const std::string& command, const fs::path& model, bool overwrite) {
  const auto run = out.empty() ? default_run_folder(command) : fs::path(out);
  const auto inner = fs::weakly_canonical(model), outer = fs::weakly_canonical(run);
  if (!model.empty() && std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end()) {
    throw UsageError("--out " + run.string() + " holds the model that " + command +
                     " starts from: choose another folder");
  }
  check_run_folder(run, overwrite);
  return run;
}

bool run_in_use(const fs::path& path) {
  if (!fs::exists(path / kLock)) return false;
  try {
    ::close(take_lock(path, {}));
    return false;
  } catch (const FolderInUse&) {
    return true;
  } catch (const IoError&) {
    return true;
  }
}

RunFolder::RunFolder(const fs::path& path, bool overwrite) : path_(path) {
  create(path);
  // Before the lock, so that no LOCK is left in a folder that is somebody else's.
  if (!fs::exists(path / kLock)) refuse_if_used(path, overwrite);
  lock_ = take_lock(path, kPatience);
  try {
    refuse_if_used(path, overwrite);
    clear();
  } catch (...) {
    ::close(lock_);
    throw;
  }
}

RunFolder::RunFolder(const fs::path& path) : path_(path), lock_(take_lock(path, kPatience)) {
  try {
    formats::remove_leftovers(path, kFilesOfARun);
  } catch (...) {
    ::close(lock_);
    throw;
  }
}

/// run.json last: as long as it is there, the folder is known to be that of a run.
void RunFolder::clear() const {
  formats::remove_leftovers(path_, kFilesOfARun);
  for (const auto name : kFilesOfARun) {
    if (name != kRecord) remove_tree(path_ / name);
  }
  for (const auto& entry : fs::directory_iterator(path_)) {
    if (entry.path().filename().string().starts_with(kRunsOfRanks)) remove_tree(entry.path());
  }
  for (const auto& checkpoint : formats::list_checkpoints(path_, formats::Check::sizes)) {
    remove_tree(checkpoint.folder);
  }
  remove_event_files(path_ / "runs");
  remove_tree(path_ / kRecord);
}

RunFolder::~RunFolder() { ::close(lock_); }

}  // namespace cmgems::apps
