#include "cmgems/base/atomic_file.h"

#include <fcntl.h>

#include <cctype>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <utility>

#include "cmgems/base/error.h"

namespace cmgems {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kWorthReserving = 1 << 16;

/// Both names change places. -> false where the kernel or the file system does not know that.
bool exchanged(const fs::path& temporary, const fs::path& folder) {
  if (file_system().exchange(temporary, folder) == 0) return true;
  if (errno == ENOSYS || errno == EINVAL || errno == EOPNOTSUPP) return false;
  fail_io("replace", folder);
}

/// What was there is put aside first, and comes back when the second step fails. Between the two neither is in its
/// place: settle_leftovers knows.
void replace_in_two_steps(const fs::path& temporary, const fs::path& folder) {
  const fs::path old = old_path(folder);
  if (fs::exists(folder) && file_system().rename(folder, old) != 0) fail_io("rename", folder);
  if (file_system().rename(temporary, folder) != 0) {
    const int reason = errno;
    if (fs::exists(old)) file_system().rename(old, folder);
    errno = reason;
    fail_io("rename to", folder);
  }
}

/// Puts a whole folder in its place.
void replace_folder(const fs::path& temporary, const fs::path& folder) {
  if (!fs::exists(folder) || !exchanged(temporary, folder)) replace_in_two_steps(temporary, folder);
  sync_folder(folder.parent_path());
  clean_up(temporary);  // what was replaced, under the one name or the other
  clean_up(old_path(folder));
}

}  // namespace

AtomicFile::AtomicFile(const fs::path& path)
    : target_(path), path_(temporary_path(path)), file_(path_, O_WRONLY | O_CREAT | O_TRUNC) {}

AtomicFile::~AtomicFile() {
  if (!done_) file_system().remove(path_);
}

void AtomicFile::seal() {
  if (std::exchange(sealed_, true)) return;
  file_.sync();
  file_.close();
}

void AtomicFile::commit() {
  seal();
  if (file_system().rename(path_, target_) != 0) fail_io("rename to", target_);
  done_ = true;
  sync_folder(target_.parent_path());
}

void commit_together(std::initializer_list<AtomicFile*> files) {
  for (auto* file : files) file->seal();
  for (auto* file : files) file->commit();
}

void write_file_atomic(const fs::path& path, std::string_view content) {
  write_file_atomic(path, std::span<const std::string_view>(&content, 1));
}

void write_file_atomic(const fs::path& path, std::span<const std::string_view> pieces) {
  AtomicFile file(path);
  std::uint64_t bytes = 0;
  for (const auto piece : pieces) bytes += piece.size();
  if (bytes >= kWorthReserving) file.reserve(bytes);
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
  fs::path folder = fs::absolute(path).parent_path();
  while (!fs::exists(folder, ignored) && folder != folder.parent_path()) folder = folder.parent_path();
  if (!fs::is_directory(folder)) throw UsageError(folder.string() + " is a file, a folder was expected");
  const AtomicFile there(folder / path.filename());
}

void write_folder_atomic(const fs::path& folder, const std::function<void(const fs::path&)>& fill) {
  const fs::path temporary = temporary_path(folder);
  remove_tree(temporary);
  try {
    make_folders(temporary);
    fill(temporary);
    sync_folder(temporary);
    replace_folder(temporary, folder);
  } catch (...) {
    clean_up(temporary);
    throw;
  }
}

void refuse_address(const std::string& path) {
  const auto at = path.find("://");
  if (at == std::string::npos || at == 0) return;
  for (const char letter : path.substr(0, at)) {
    if (std::isalnum(static_cast<unsigned char>(letter)) == 0 && letter != '+' && letter != '.' && letter != '-')
      return;
  }
  throw UsageError(path + " is an address: cmgems downloads nothing; download it yourself and name the file");
}

std::string read_file(const fs::path& path) {
  refuse_address(path.string());
  std::error_code reason;
  const auto status = fs::status(path, reason);
  if (status.type() == fs::file_type::not_found) throw InputNotFound("no such file: " + path.string());
  if (status.type() == fs::file_type::none) throw IoError("cannot read " + path.string() + ": " + reason.message());
  if (fs::is_directory(status)) throw InputNotFound(path.string() + " is a folder, a file was expected");
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

}  // namespace cmgems
