#include "cmgems/base/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "cmgems/base/error.h"

namespace cmgems {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const std::string& what, const fs::path& path) {
  throw IoError("cannot " + what + " " + path.string() + ": " + std::strerror(errno) +
                "; check the free space and the permissions of the folder");
}

fs::path parent_of(const fs::path& path) { return path.has_parent_path() ? path.parent_path() : fs::path("."); }

void flush_folder(const fs::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) fail("open", folder);
  const int result = ::fsync(descriptor);
  ::close(descriptor);
  if (result != 0) fail("flush", folder);
}

}  // namespace

AtomicFile::AtomicFile(const fs::path& path)
    : target_(path),
      path_(path.string() + ".tmp-" + std::to_string(::getpid())),
      descriptor_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)) {
  if (descriptor_ < 0) fail("create", path_);
}

AtomicFile::~AtomicFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!done_) ::unlink(path_.c_str());
}

void AtomicFile::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("write", path_);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void AtomicFile::overwrite(std::uint64_t at, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(at));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("write", path_);
    bytes.remove_prefix(static_cast<std::size_t>(written));
    at += static_cast<std::uint64_t>(written);
  }
}

void AtomicFile::commit() {
  if (::fsync(descriptor_) != 0) fail("flush", path_);
  const int closed = ::close(descriptor_);
  descriptor_ = -1;
  if (closed != 0) fail("close", path_);
  if (::rename(path_.c_str(), target_.c_str()) != 0) fail("rename to", target_);
  done_ = true;
  flush_folder(parent_of(target_));
}

void write_file_atomic(const fs::path& path, std::string_view content) {
  write_file_atomic(path, std::span<const std::string_view>(&content, 1));
}

void write_file_atomic(const fs::path& path, std::span<const std::string_view> pieces) {
  AtomicFile file(path);
  for (const auto piece : pieces) file.append(piece);
  file.commit();
}

void write_file_atomic(const fs::path& path, const std::function<void(const Write&)>& produce) {
  AtomicFile file(path);
  produce([&file](std::string_view bytes) { file.append(bytes); });
  file.commit();
}

void check_output_file(const fs::path& path) {
  std::error_code ignored;
  const auto status = fs::status(path, ignored);
  if (fs::is_directory(status) || path.filename().empty()) {
    throw UsageError(path.string() + " is a folder: name a file within it");
  }
  if (fs::exists(status) && !fs::is_regular_file(status)) {
    throw UsageError(path.string() + " is no plain file, which it would be replaced by");
  }
  fs::path folder = parent_of(path);
  while (!fs::exists(folder, ignored) && folder != parent_of(folder)) folder = parent_of(folder);
  if (!fs::is_directory(folder)) throw UsageError(folder.string() + " is a file, a folder was expected");
  const AtomicFile there(folder / path.filename());
}

void write_folder_atomic(const fs::path& folder, const std::function<void(const fs::path&)>& fill) {
  const fs::path temporary = folder.string() + ".tmp-" + std::to_string(::getpid());
  const fs::path old = folder.string() + ".old-" + std::to_string(::getpid());
  std::error_code error;
  fs::remove_all(temporary, error);
  if (!fs::create_directories(temporary, error)) {
    errno = error.value();
    fail("create", temporary);
  }
  try {
    fill(temporary);
    flush_folder(temporary);
  } catch (...) {
    fs::remove_all(temporary, error);
    throw;
  }
  if (fs::exists(folder) && ::rename(folder.c_str(), old.c_str()) != 0) fail("rename", folder);
  if (::rename(temporary.c_str(), folder.c_str()) != 0) {
    const int reason = errno;
    if (fs::exists(old)) fs::rename(old, folder, error);
    fs::remove_all(temporary, error);
    errno = reason;
    fail("rename to", folder);
  }
  flush_folder(parent_of(folder));
  fs::remove_all(old, error);
}

std::string read_file(const fs::path& path) {
  if (!fs::exists(path)) throw InputNotFound("no such file: " + path.string());
  if (fs::is_directory(path)) throw InputNotFound(path.string() + " is a folder, a file was expected");
  std::ifstream file(path, std::ios::binary);
  std::error_code unknown;
  const auto size = fs::file_size(path, unknown);
  std::string content(unknown ? 0 : static_cast<std::size_t>(size), '\0');
  content.resize(
      static_cast<std::size_t>(file.read(content.data(), static_cast<std::streamsize>(content.size())).gcount()));
  file.clear(file.rdstate() & std::ios::badbit);
  content.append(std::istreambuf_iterator<char>(file), {});  // a pipe, or a file that grew
  if (!file.is_open() || file.bad()) throw IoError("cannot read " + path.string());
  return content;
}

LineAppender::LineAppender(const fs::path& path)
    : path_(path), descriptor_(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666)) {
  if (descriptor_ < 0) fail("open", path_);
}

LineAppender::~LineAppender() { ::close(descriptor_); }

void LineAppender::append(std::string_view line) {
  std::string whole(line);
  whole += '\n';
  std::string_view rest = whole;
  while (!rest.empty()) {
    const auto written = ::write(descriptor_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("write", path_);
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace cmgems
