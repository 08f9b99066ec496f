// safetensors (https://github.com/huggingface/safetensors): the only format in which weights are stored. Reading checks
// the whole header (bounds, holes, overlaps, duplicate names, sizes) before any payload is touched; memory-mapped.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace cmgems::formats {

enum class DType { f64, f32, f16, bf16, i64, i32, i16, i8, u8, boolean };
std::size_t bytes_of(DType dtype);

/// A tensor without LibTorch: name, type, shape, and contiguous little-endian bytes owned by somebody else.
struct TensorView {
  std::string name;
  DType dtype = DType::f32;
  std::vector<std::int64_t> shape;
  std::span<const std::byte> bytes;
};

/// Writes atomically, names in the given order, header padded to 8 bytes, metadata {"format":"pt"}.
/// Throws: IoError; InternalError on duplicate names or a size that does not match the shape.
void write_safetensors(const std::filesystem::path& path, std::span<const TensorView> tensors);

/// A mapped file; the views live as long as the object.
class SafetensorsFile {
 public:
  /// Throws: InputNotFound, DataError (path and what is wrong).
  explicit SafetensorsFile(const std::filesystem::path& path);
  ~SafetensorsFile();
  SafetensorsFile(SafetensorsFile&&) noexcept;
  SafetensorsFile& operator=(SafetensorsFile&&) noexcept;
  const std::vector<TensorView>& tensors() const { return tensors_; }
  /// nullptr when there is none of that name.
  const TensorView* find(const std::string& name) const;

 private:
  void* mapping_ = nullptr;
  std::size_t size_ = 0;
  std::vector<TensorView> tensors_;
};

}  // namespace cmgems::formats
