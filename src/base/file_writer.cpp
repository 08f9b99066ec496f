#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "cmgems/base/error.h"
#include "cmgems/base/file_system.h"

namespace cmgems {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kTemporary = ".tmp-";
constexpr std::string_view kOld = ".old-";

fs::path with_process(const fs::path& path, std::string_view mark) {
  return path.string() + std::string(mark) + std::to_string(::getpid());
}

/// NAME.tmp-123 -> NAME; empty for other names.
std::string without_process(const std::string& name, std::string_view mark) {
  const auto at = name.rfind(mark);
  if (at == std::string::npos || at + mark.size() == name.size()) return {};
  if (name.find_first_not_of("0123456789", at + mark.size()) != std::string::npos) return {};
  return name.substr(0, at);
}

void sync_path(const fs::path& path, int flags) {
  const int descriptor = file_system().open(path, flags);
  if (descriptor < 0) fail_io("open", path);
  const int result = file_system().sync(descriptor);
  const int reason = errno;
  file_system().close(descriptor);
  errno = reason;
  if (result != 0) fail_io("flush", path);
}

/// Calls `once` until all bytes are written; it returns how many of the rest it took.
template <class Once>
void write_whole(std::string_view bytes, const fs::path& path, const Once& once) {
  while (!bytes.empty()) {
    const auto written = once(bytes);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail_io("write", path);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

void fail_io(const std::string& what, const fs::path& path) {
  throw IoError("cannot " + what + " " + path.string() + ": " + std::strerror(errno) +
                "; check the free space and the permissions of the folder");
}

FileWriter::FileWriter(const fs::path& path, int flags) : path_(path), descriptor_(file_system().open(path, flags)) {
  if (descriptor_ < 0) fail_io((flags & O_CREAT) != 0 ? "create" : "open", path_);
}

FileWriter::~FileWriter() {
  if (descriptor_ >= 0) file_system().close(descriptor_);
}

void FileWriter::write(std::string_view bytes) {
  write_whole(bytes, path_,
              [&](std::string_view rest) { return file_system().write(descriptor_, rest.data(), rest.size()); });
}

void FileWriter::write_at(std::uint64_t offset, std::string_view bytes) {
  const std::size_t whole = bytes.size();
  write_whole(bytes, path_, [&](std::string_view rest) {
    return file_system().write_at(descriptor_, rest.data(), rest.size(), offset + (whole - rest.size()));
  });
}

void FileWriter::reserve(std::uint64_t bytes) {
  if (bytes == 0 || file_system().reserve(descriptor_, bytes) == 0) return;
  if (errno != EOPNOTSUPP && errno != ENOSYS && errno != EINTR) fail_io("reserve space for", path_);
}

void FileWriter::truncate(std::uint64_t bytes) {
  if (file_system().truncate(descriptor_, bytes) != 0) fail_io("cut", path_);
}

void FileWriter::sync() {
  if (file_system().sync(descriptor_) != 0) fail_io("flush", path_);
}

void FileWriter::close() {
  const int result = file_system().close(descriptor_);
  descriptor_ = -1;
  if (result != 0) fail_io("close", path_);
}

void sync_folder(const fs::path& folder) { sync_path(folder.empty() ? "." : folder, O_RDONLY | O_DIRECTORY); }

void sync_file(const fs::path& path) { sync_path(path, O_RDONLY); }

void make_folders(const fs::path& folder) {
  if (folder.empty() || fs::is_directory(folder)) return;
  make_folders(folder.parent_path());
  if (file_system().make_folder(folder) == 0 || fs::is_directory(folder)) return;
  fail_io("create the folder", folder);
}

void remove_tree(const fs::path& path) {
  std::error_code ignored;
  if (fs::is_directory(fs::symlink_status(path, ignored))) {
    std::vector<fs::path> inside;
    for (const auto& entry : fs::directory_iterator(path, ignored)) inside.push_back(entry.path());
    for (const auto& entry : inside) remove_tree(entry);
  }
  if (file_system().remove(path) != 0 && errno != ENOENT && errno != ENOTDIR) fail_io("remove", path);
}

void clean_up(const fs::path& path) noexcept {
  const int reason = errno;
  try {
    remove_tree(path);
  } catch (const IoError&) {  // NOLINT(bugprone-empty-catch)
  }
  errno = reason;
}

fs::path temporary_path(const fs::path& path) { return with_process(path, kTemporary); }

fs::path old_path(const fs::path& path) { return with_process(path, kOld); }

std::vector<Leftover> leftovers_in(const fs::path& folder) {
  std::vector<Leftover> found;
  std::error_code ignored;
  for (fs::directory_iterator entry(folder, ignored), end; entry != end; entry.increment(ignored)) {
    const std::string name = entry->path().filename().string();
    const auto written = without_process(name, kTemporary), old = without_process(name, kOld);
    if (!written.empty()) found.push_back({entry->path(), folder / written, false});
    if (!old.empty()) found.push_back({entry->path(), folder / old, true});
  }
  std::sort(found.begin(), found.end(), [](const auto& left, const auto& right) { return left.path < right.path; });
  return found;
}

std::vector<fs::path> settle_leftovers(const fs::path& folder, const PathTest& ours, const PathTest& whole) {
  std::vector<fs::path> removed;
  for (const auto& left : leftovers_in(folder)) {
    if (!ours(left.target)) continue;
    std::error_code ignored;
    if (left.aside && !fs::exists(fs::symlink_status(left.target, ignored)) && whole(left.path)) {
      if (file_system().rename(left.path, left.target) != 0) fail_io("rename to", left.target);
      sync_folder(folder);
      continue;
    }
    remove_tree(left.path);
    removed.push_back(left.path);
  }
  return removed;
}

}  // namespace cmgems
