// The folder of one run: locked while it is written, never silently reused. Its files: docs/run-folder.md.
#pragma once

#include <filesystem>
#include <string>

#include "cmgems/base/error.h"
#include "cmgems/config/config.h"

namespace cmgems::apps {

/// runs/<command>-<date>-<time>, with a number behind it when that is taken.
std::filesystem::path default_run_folder(const std::string& command);

/// Tells before long work what RunFolder would refuse, and changes nothing. Throws: UsageError.
void check_run_folder(const std::filesystem::path& path, bool overwrite);

/// Where a run that starts from `model` goes: `out`, or a folder by default. Throws: as check_run_folder does, and
/// UsageError when the folder, which is replaced, holds the model.
std::filesystem::path choose_run_folder(const std::string& out, const std::string& command,
                                        const std::filesystem::path& model, bool overwrite);

/// Another process holds the lock of a folder.
struct FolderInUse : UsageError {
  using UsageError::UsageError;
};

/// Whether another process holds the lock of a run, or it cannot be taken for another reason (a run of somebody else).
bool run_in_use(const std::filesystem::path& path);

/// Made as late as possible, when the inputs have proven good: with `overwrite` it is the end of an earlier run.
class RunFolder {
 public:
  /// Creates and locks the folder. With `overwrite`, the files of an earlier run are removed; foreign files stay.
  /// Throws: FolderInUse, UsageError (not empty without `overwrite`; not a folder), IoError.
  RunFolder(const std::filesystem::path& path, bool overwrite);
  /// Locks the folder of a run that is to go on; what a killed process left half-written is removed, all else stays.
  /// Throws: FolderInUse, IoError.
  explicit RunFolder(const std::filesystem::path& path);
  ~RunFolder();
  RunFolder(const RunFolder&) = delete;
  RunFolder& operator=(const RunFolder&) = delete;

  /// Removes the files of a run, all but the lock. Throws: IoError.
  void clear() const;
  std::filesystem::path file(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
  int lock_;
};

}  // namespace cmgems::apps
