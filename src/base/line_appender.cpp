#include "cmgems/base/line_appender.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <fstream>

#include "cmgems/base/error.h"

namespace cmgems {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kChunk = 1 << 16;

std::uint64_t end_of_last_line(const fs::path& path, std::uint64_t bytes) {
  std::ifstream file(path, std::ios::binary);
  std::string chunk;
  for (std::uint64_t end = bytes; end > 0;) {
    const std::uint64_t begin = end - std::min(end, kChunk);
    chunk.resize(end - begin);
    file.seekg(static_cast<std::streamoff>(begin));
    if (!file.read(chunk.data(), static_cast<std::streamsize>(chunk.size()))) return bytes;  // not to be read
    if (const auto at = chunk.rfind('\n'); at != std::string::npos) return begin + at + 1;
    end = begin;
  }
  return 0;
}

}  // namespace

void LineAppender::append(std::string line) {
  waiting_.push_back(std::move(line));
  flush();
}

void LineAppender::flush() {
  open();
  if (torn_) cut();
  while (!waiting_.empty()) {
    write(waiting_.front() + '\n');
    waiting_.pop_front();
  }
}

void LineAppender::open() {
  if (file_) return;
  std::error_code unknown;
  const auto bytes = fs::file_size(path_, unknown);
  const std::uint64_t there = unknown ? 0 : bytes;  // not there, or a device
  auto file = std::make_unique<FileWriter>(path_, O_WRONLY | O_CREAT | O_APPEND);
  const std::uint64_t end = limit_ && *limit_ <= there ? *limit_ : end_of_last_line(path_, there);
  if (end < there) file->truncate(end);
  size_ = end;
  file_ = std::move(file);
}

void LineAppender::write(const std::string& line) {
  torn_ = true;
  try {
    file_->write(line);
  } catch (const IoError&) {
    const int reason = errno;
    try {
      cut();
    } catch (const IoError&) {  // NOLINT(bugprone-empty-catch): the next flush tries again
    }
    errno = reason;
    throw;
  }
  torn_ = false;
  size_ += line.size();
}

/// Half a line is taken back.
void LineAppender::cut() {
  if (fs::is_regular_file(path_)) file_->truncate(size_);
  torn_ = false;
}

}  // namespace cmgems
