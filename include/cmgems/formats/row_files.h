// Files of fp32 rows whose number is known at the end only: the header has room to be completed then.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

namespace cmgems::formats {

/// Takes rows as they come; the file appears as a whole at the end, or not at all.
class RowFile {
 public:
  virtual ~RowFile() = default;
  /// REQUIRES: whole rows. Throws: IoError.
  virtual void append(std::span<const float> values) = 0;
  /// `offsets`, when there are any, say where each sequence's rows begin, and the number of all rows.
  /// Throws: IoError.
  virtual void finish(std::span<const std::int64_t> offsets) = 0;
};

/// NumPy's format, version 1.0 (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html): [rows, width]
/// in `path`; offsets beside it, in path.offsets.npy instead of path.npy.
std::unique_ptr<RowFile> make_npy_file(const std::filesystem::path& path, std::int64_t width);

/// safetensors with the tensors `embeddings` [rows, width] and, when there are any, `offsets` (int64).
std::unique_ptr<RowFile> make_safetensors_file(const std::filesystem::path& path, std::int64_t width);

}  // namespace cmgems::formats
