#include "run_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>

#include "cmgems/base/error.h"

namespace cmgems::apps {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLock = "LOCK";
constexpr const char* kFilesOfARun[] = {"config.json", "run.json",     "metrics.jsonl", "timing.jsonl",
                                        "npmi.tsv",    "results.json", "model"};

/// True when the folder holds anything but the lock.
bool holds_files(const fs::path& folder) {
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().filename() != kLock) return true;
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
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor < 0) throw IoError("cannot create " + path.string() + ": " + std::strerror(errno));
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
  std::error_code error;
  fs::create_directories(folder, error);
  if (fs::is_directory(folder)) return;
  throw IoError("cannot create the folder " + folder.string() + ": " + error.message());
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

RunFolder::RunFolder(const fs::path& path, bool overwrite) : path_(path) {
  create(path);
  // Before the lock, so that no LOCK is left in a folder that is somebody else's.
  if (!fs::exists(path / kLock)) refuse_if_used(path, overwrite);
  lock_ = take_lock(path);
  try {
    refuse_if_used(path, overwrite);
    for (const char* name : kFilesOfARun) fs::remove_all(path / name);
  } catch (...) {
    ::close(lock_);
    throw;
  }
}

RunFolder::~RunFolder() { ::close(lock_); }

}  // namespace cmgems::apps
