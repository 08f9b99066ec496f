// Files that are whole or not there: written beside their place, flushed, then renamed. Every return value is checked.
// Not thread-safe for the same path.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <ostream>
#include <span>
#include <string>
#include <string_view>

#include "cmgems/base/file_system.h"

namespace cmgems {

/// A file that grows under a temporary name beside its place and appears there as a whole, or not at all.
class AtomicFile {
 public:
  /// Throws: IoError, as all of its functions do.
  explicit AtomicFile(const std::filesystem::path& path);
  /// Without a commit nothing is left behind.
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  /// Takes the room for so many bytes.
  void reserve(std::uint64_t bytes) { file_.reserve(bytes); }
  void append(std::string_view bytes) { file_.write(bytes); }
  /// Replaces bytes that were written, for headers that are known at the end. REQUIRES: within what was appended.
  void overwrite(std::uint64_t at, std::string_view bytes) { file_.write_at(at, bytes); }
  /// Flushes and closes: nothing but the rename is left to a commit. REQUIRES: not committed yet.
  void seal();
  /// Flushes, renames and flushes the folder. REQUIRES: not committed yet.
  void commit();

 private:
  std::filesystem::path target_, path_;
  FileWriter file_;
  bool sealed_ = false, done_ = false;
};

/// Seals all, then renames one right after the other: files that belong together, the one that is looked for last.
/// Throws: IoError.
void commit_together(std::initializer_list<AtomicFile*> files);

/// Replaces `path` by `content` in one step (temporary file, fsync, rename, fsync of the folder).
/// Throws: IoError with the path and the system's reason; the previous file is then untouched.
void write_file_atomic(const std::filesystem::path& path, std::string_view content);

/// The same for a list of pieces, written in order (large payloads without a copy).
void write_file_atomic(const std::filesystem::path& path, std::span<const std::string_view> pieces);

/// The same for content that is made piece by piece: `produce` calls its argument with each, in order.
/// Throws: IoError; whatever `produce` throws.
using Write = std::function<void(std::string_view)>;
void write_file_atomic(const std::filesystem::path& path, const std::function<void(const Write&)>& produce);

/// Tells before long work what would keep write_file_atomic from writing `path`, missing folders apart, and changes
/// nothing. Throws: UsageError (a folder, a device, below a file), IoError (no permission, no such name).
void check_output_file(const std::filesystem::path& path);

/// Creates `folder` as a whole: `fill` writes into a temporary sibling that is then renamed to `folder`.
/// An existing `folder` changes places with it in one step and is removed then; where the kernel cannot do that, it is
/// put aside first.
/// Throws: IoError; whatever `fill` throws, after removing the temporary folder.
void write_folder_atomic(const std::filesystem::path& folder,
                         const std::function<void(const std::filesystem::path&)>& fill);

/// Whole content. Throws: InputNotFound, IoError.
std::string read_file(const std::filesystem::path& path);

/// Throws when a path is an address of the network (https://...): cmgems downloads nothing. Throws: UsageError.
void refuse_address(const std::string& path);

}  // namespace cmgems
