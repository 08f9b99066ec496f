// A log: whole lines at the end of a file. What cannot be written waits.
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "cmgems/base/file_system.h"

namespace cmgems {

/// Adds whole lines; each is one write(2). A line that cannot be
/// written is kept, and goes first at the next one; the file ends with the last whole line until then.
class LineAppender {
 public:
  /// Goes on behind the last line end of what is there.
  explicit LineAppender(const std::filesystem::path& path) : path_(path) {}
  /// Cuts the file to its first `bytes`, and adds `waiting` first. A file that is shorter goes on behind its last line
  /// end: size() tells after open.
  LineAppender(const std::filesystem::path& path, std::uint64_t bytes, std::deque<std::string> waiting)
      : path_(path), limit_(bytes), size_(bytes), waiting_(std::move(waiting)) {}
  /// Throws: IoError; the line is kept then.
  void append(std::string line);
  /// Without it the first flush opens the file. Throws: IoError.
  void open();
  /// Writes what waits. Throws: IoError.
  void flush();
  /// Bytes of the lines in the file.
  std::uint64_t size() const { return size_; }
  /// The lines that it lacks, without their ends.
  const std::deque<std::string>& waiting() const { return waiting_; }

 private:
  void write(const std::string& line);
  void cut();

  std::filesystem::path path_;
  std::optional<std::uint64_t> limit_;
  std::uint64_t size_ = 0;
  std::deque<std::string> waiting_;
  std::unique_ptr<FileWriter> file_;
  bool torn_ = false;  // a part of a line is behind size_
};

}  // namespace cmgems
