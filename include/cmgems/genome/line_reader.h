// Lines of a text file, plain or compressed: what tables are read from.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

namespace cmgems::genome {

class LineReader {
 public:
  /// A plain, gzip or BGZF file, or a pipe of one. `expected` completes messages ("a table").
  /// Throws: InputNotFound, IoError, DataError.
  LineReader(const std::filesystem::path& path, const std::string& expected);
  ~LineReader();

  /// The next line without its end (LF or CRLF); false at the end of the file.
  /// Throws: DataError (a compressed file that is cut off or damaged), IoError.
  bool next(std::string& line);

 private:
  struct Lines;
  std::unique_ptr<Lines> lines_;
};

}  // namespace cmgems::genome
