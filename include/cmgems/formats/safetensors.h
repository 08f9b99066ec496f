// safetensors (https://github.com/huggingface/safetensors): the only format in which weights are stored. Reading checks
// the whole header (bounds, holes, overlaps, duplicate names, sizes) before any payload is touched; memory-mapped.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "cmgems/formats/mapped_file.h"
#include "cmgems/formats/tensor.h"

namespace cmgems::formats {

/// Writes atomically, names in the given order, header padded to 8 bytes, metadata {"format":"pt"}.
/// Throws: IoError; InternalError on duplicate names or a size that does not match the shape.
void write_safetensors(const std::filesystem::path& path, std::span<const TensorView> tensors);

/// A mapped file; the views live as long as the object.
class SafetensorsFile {
 public:
  /// Throws: InputNotFound, DataError (path and what is wrong).
  explicit SafetensorsFile(const std::filesystem::path& path);
  const std::vector<TensorView>& tensors() const { return tensors_; }
  /// nullptr when there is none of that name.
  const TensorView* find(const std::string& name) const;

 private:
  MappedFile file_;
  std::vector<TensorView> tensors_;
};

}  // namespace cmgems::formats
