#include "cmgems/base/file_system.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <limits>

namespace cmgems {
namespace {

namespace fs = std::filesystem;

FileSystem& real_disk() {
  static FileSystem disk;
  return disk;
}

std::atomic<FileSystem*> g_replacement = nullptr;

}  // namespace

int FileSystem::open(const fs::path& path, int flags) { return ::open(path.c_str(), flags | O_CLOEXEC, 0666); }

std::int64_t FileSystem::write(int descriptor, const void* bytes, std::size_t count) {
  return ::write(descriptor, bytes, count);
}

std::int64_t FileSystem::write_at(int descriptor, const void* bytes, std::size_t count, std::uint64_t offset) {
  return ::pwrite(descriptor, bytes, count, static_cast<off_t>(offset));
}

int FileSystem::reserve(int descriptor, std::uint64_t bytes) {
  return ::fallocate(descriptor, FALLOC_FL_KEEP_SIZE, 0, static_cast<off_t>(bytes));
}

int FileSystem::truncate(int descriptor, std::uint64_t bytes) {
  return ::ftruncate(descriptor, static_cast<off_t>(bytes));
}

int FileSystem::sync(int descriptor) { return ::fsync(descriptor); }

int FileSystem::close(int descriptor) { return ::close(descriptor); }

int FileSystem::rename(const fs::path& from, const fs::path& to) { return std::rename(from.c_str(), to.c_str()); }

int FileSystem::exchange(const fs::path& one, const fs::path& other) {
  return ::renameat2(AT_FDCWD, one.c_str(), AT_FDCWD, other.c_str(), RENAME_EXCHANGE);
}

int FileSystem::make_folder(const fs::path& path) { return ::mkdir(path.c_str(), 0777); }

int FileSystem::remove(const fs::path& path) { return std::remove(path.c_str()); }

std::uint64_t FileSystem::free_bytes(const fs::path& folder) {
  struct statvfs status {};
  if (::statvfs(folder.c_str(), &status) != 0) return std::numeric_limits<std::uint64_t>::max();
  return std::uint64_t{status.f_bavail} * status.f_frsize;
}

FileSystem& file_system() {
  FileSystem* replacement = g_replacement.load();
  return replacement != nullptr ? *replacement : real_disk();
}

ReplacedFileSystem::ReplacedFileSystem(FileSystem& replacement) : before_(g_replacement.exchange(&replacement)) {}

ReplacedFileSystem::~ReplacedFileSystem() { g_replacement = before_; }

}  // namespace cmgems
