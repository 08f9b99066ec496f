// Tensors without LibTorch: what the readers and writers of model files exchange.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cmgems::formats {

enum class DType { f64, f32, f16, bf16, i64, i32, i16, i8, u8, boolean };
/// Bytes of one number.
std::size_t bytes_of(DType dtype);
/// The name that safetensors gives it: "F32".
std::string_view name_of(DType dtype);
/// The type of a safetensors name; none when it is unknown.
std::optional<DType> dtype_named(std::string_view name);
/// fp64, fp32, fp16, bf16.
bool is_floating(DType dtype);

/// Bytes of a tensor, or nothing when a size is negative or the product leaves 64 bits.
std::optional<std::uint64_t> size_in_bytes(DType dtype, const std::vector<std::int64_t>& shape);
/// [69, 32]
std::string shape_text(const std::vector<std::int64_t>& shape);

/// Printable ASCII alone: names of tensors are written into messages and JSON.
bool is_printable(std::string_view name);

/// Name, type, shape, and contiguous little-endian bytes owned by somebody else (not necessarily aligned).
struct TensorView {
  std::string name;
  DType dtype = DType::f32;
  std::vector<std::int64_t> shape;
  std::span<const std::byte> bytes;
};

/// Same type, shape and bytes; names may differ.
bool same_content(const TensorView& a, const TensorView& b);

/// The numbers as fp32; fp64 is rounded, fp16 and bf16 are exact.
/// REQUIRES: is_floating(tensor.dtype) and as many numbers as `target` has.
void copy_as_float(const TensorView& tensor, std::span<float> target);

}  // namespace cmgems::formats
