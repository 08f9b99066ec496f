// Files of fp32 rows whose number is known at the end only: the header has room to be completed then.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "cmgems/base/atomic_file.h"

namespace cmgems::formats {

/// Takes rows and ids as they come. The files appear together at the end, the rows last, or not at all.
class RowFile {
 public:
  /// Throws: IoError, as all of its functions do.
  RowFile(const std::filesystem::path& path, std::int64_t width);
  virtual ~RowFile() = default;
  RowFile(const RowFile&) = delete;
  RowFile& operator=(const RowFile&) = delete;
  /// On a line of its own in ids_path(path); line ends within it become blanks.
  void add_id(std::string id);
  /// REQUIRES: whole rows.
  void append(std::span<const float> values);
  /// `offsets`, when there are any, say where each sequence's rows begin, and the number of all rows. Those of an
  /// earlier file of this name go away.
  virtual void finish(std::span<const std::int64_t> offsets) = 0;

 protected:
  std::filesystem::path path_;
  std::int64_t width_, rows_ = 0;
  AtomicFile file_, ids_;
};

/// PATH.ids.txt and PATH.offsets.npy, behind the whole name: files of two formats share neither.
std::filesystem::path ids_path(const std::filesystem::path& path);
std::filesystem::path offsets_path(const std::filesystem::path& path);

/// NumPy's format, version 1.0 (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html): [rows, width]
/// in `path`; offsets in offsets_path(path).
std::unique_ptr<RowFile> make_npy_file(const std::filesystem::path& path, std::int64_t width);

/// safetensors with the tensors `embeddings` [rows, width] and, when there are any, `offsets` (int64).
std::unique_ptr<RowFile> make_safetensors_file(const std::filesystem::path& path, std::int64_t width);

}  // namespace cmgems::formats
