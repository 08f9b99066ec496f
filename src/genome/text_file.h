// Text of a plain, gzip or BGZF file through htslib; not for users of the library.
#pragma once

#include <htslib/bgzf.h>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cmgems/base/error.h"

struct hFILE;

namespace cmgems::genome {

class TextFile {
 public:
  /// `expected` completes messages ("a FASTA file"). `threads` helps with BGZF only.
  /// Throws: InputNotFound, IoError, DataError.
  TextFile(const std::filesystem::path& path, const std::string& expected, int threads = 1);

  /// Goes on with a file that is open, of which nothing was read but peeked at; it is closed in any case.
  TextFile(std::string path, hFILE* file);

  /// The next chunk, empty at the end. Throws: DataError when the file is cut off or damaged.
  std::string_view next();

 private:
  struct Close {
    void operator()(BGZF* file) const { bgzf_close(file); }
  };

  std::string path_;
  std::vector<char> chunk_;
  std::unique_ptr<BGZF, Close> file_;
};

/// Lines of such a file, without their ends (LF or CRLF).
class TextLines {
 public:
  explicit TextLines(TextFile file) : file_(std::move(file)) {}
  /// False at the end. Throws: as TextFile::next does.
  bool next(std::string& line);

 private:
  TextFile file_;
  std::string_view chunk_;  // of the file, what is not read yet
};

/// What is said of a compressed file without its end.
DataError damaged_compression(const std::string& path);

/// Says by errno whether a file cannot be read (IoError) or is damaged (DataError). Throws: always.
[[noreturn]] void fail_reading(const std::string& path);

/// Throws: InputNotFound (no such file, or a folder).
void require_file(const std::filesystem::path& path, const std::string& expected);

}  // namespace cmgems::genome
