// The calls by which cmgems changes a disk, behind one small interface: a test puts a disk in its place that is full or
// fails at a chosen call. Thread-safe but for ReplacedFileSystem.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace cmgems {

/// Every call returns what the system's does: negative with errno for a failure.
class FileSystem {
 public:
  virtual ~FileSystem() = default;
  /// `flags` of open(2); O_CLOEXEC and mode 0666 come with it.
  virtual int open(const std::filesystem::path& path, int flags);
  virtual std::int64_t write(int descriptor, const void* bytes, std::size_t count);
  virtual std::int64_t write_at(int descriptor, const void* bytes, std::size_t count, std::uint64_t offset);
  /// Takes the room for so many bytes; the size of the file stays.
  virtual int reserve(int descriptor, std::uint64_t bytes);
  virtual int truncate(int descriptor, std::uint64_t bytes);
  virtual int sync(int descriptor);
  virtual int close(int descriptor);
  virtual int rename(const std::filesystem::path& from, const std::filesystem::path& to);
  /// Two names of one file system change places in one step; ENOSYS or EINVAL where that cannot be done.
  virtual int exchange(const std::filesystem::path& one, const std::filesystem::path& other);
  virtual int make_folder(const std::filesystem::path& path);
  /// A file or an empty folder.
  virtual int remove(const std::filesystem::path& path);
  /// Free bytes for this user; the largest number when the system does not say.
  virtual std::uint64_t free_bytes(const std::filesystem::path& folder);
};

/// The disk of this process; all threads see the same one.
FileSystem& file_system();

/// Puts another file system in its place for the scope of a test. Not thread-safe: no other thread may write then.
class ReplacedFileSystem {
 public:
  explicit ReplacedFileSystem(FileSystem& replacement);
  ~ReplacedFileSystem();
  ReplacedFileSystem(const ReplacedFileSystem&) = delete;
  ReplacedFileSystem& operator=(const ReplacedFileSystem&) = delete;

 private:
  FileSystem* before_;
};

/// One sentence with the path and errno's reason. Throws: IoError, always.
[[noreturn]] void fail_io(const std::string& what, const std::filesystem::path& path);

/// A descriptor for writing; every return value is checked. Throws: IoError.
class FileWriter {
 public:
  /// `flags` of open(2), for example O_WRONLY | O_CREAT | O_TRUNC.
  FileWriter(const std::filesystem::path& path, int flags);
  ~FileWriter();
  FileWriter(const FileWriter&) = delete;
  FileWriter& operator=(const FileWriter&) = delete;
  void write(std::string_view bytes);
  void write_at(std::uint64_t offset, std::string_view bytes);
  /// Says before the first byte when the disk has no room; a file system that cannot reserve is taken as it is.
  void reserve(std::uint64_t bytes);
  void truncate(std::uint64_t bytes);
  void sync();
  void close();

 private:
  std::filesystem::path path_;
  int descriptor_;
};

/// Makes the names in a folder durable. Throws: IoError.
void sync_folder(const std::filesystem::path& folder);
/// Makes a file durable that another writer holds open. Throws: IoError.
void sync_file(const std::filesystem::path& path);
/// Makes a folder and those above it. Throws: IoError.
void make_folders(const std::filesystem::path& folder);
/// Removes a file, or a folder with all that is in it; nothing there is no error. Throws: IoError.
void remove_tree(const std::filesystem::path& path);
/// The same as far as it goes, for what is left after a failure: the next start removes the rest.
void clean_up(const std::filesystem::path& path) noexcept;

/// The name under which this process writes what will be `path`: path + ".tmp-" + process id.
std::filesystem::path temporary_path(const std::filesystem::path& path);
/// The name under which this process puts aside what it is about to replace or remove.
std::filesystem::path old_path(const std::filesystem::path& path);

/// What a process may have left that died at its work.
struct Leftover {
  std::filesystem::path path;
  std::filesystem::path target;  // what it was to become, or had been
  bool aside;                    // of old_path
};
/// Files and folders of such names in `folder`, of whatever process.
std::vector<Leftover> leftovers_in(const std::filesystem::path& folder);

/// Brings to an end what dead processes began with the targets that are `ours`: what was put aside goes back when
/// nothing came in its place and it is `whole`, all else is removed. -> the removed ones.
/// REQUIRES: nobody writes there. Throws: IoError.
using PathTest = std::function<bool(const std::filesystem::path&)>;
std::vector<std::filesystem::path> settle_leftovers(const std::filesystem::path& folder, const PathTest& ours,
                                                    const PathTest& whole);

}  // namespace cmgems
