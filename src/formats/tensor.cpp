#include "cmgems/formats/tensor.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "cmgems/base/error.h"

namespace cmgems::formats {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers in files are taken as they lie in memory");

struct TypeName {
  DType dtype;
  std::string_view name;
  std::size_t bytes;
};
constexpr std::array<TypeName, 10> kTypes{{{DType::f64, "F64", 8},
                                           {DType::f32, "F32", 4},
                                           {DType::f16, "F16", 2},
                                           {DType::bf16, "BF16", 2},
                                           {DType::i64, "I64", 8},
                                           {DType::i32, "I32", 4},
                                           {DType::i16, "I16", 2},
                                           {DType::i8, "I8", 1},
                                           {DType::u8, "U8", 1},
                                           {DType::boolean, "BOOL", 1}}};

const TypeName& type_of(DType dtype) {
  for (const auto& type : kTypes) {
    if (type.dtype == dtype) return type;
  }
  throw InternalError("a tensor type without a safetensors name");
}

/// IEEE 754 binary16; exact.
float float_of_half(std::uint16_t half) {
  const std::uint32_t sign = (half & 0x8000U) << 16, exponent = half >> 10 & 31U, mantissa = half & 1023U;
  if (exponent == 31) return std::bit_cast<float>(sign | 0x7F800000U | mantissa << 13);
  if (exponent > 0) return std::bit_cast<float>(sign | (exponent + 112) << 23 | mantissa << 13);
  const float subnormal = static_cast<float>(mantissa) * 0x1p-24F;
  return sign != 0 ? -subnormal : subnormal;
}

/// bfloat16 is the upper half of an fp32.
float float_of_bfloat(std::uint16_t upper) { return std::bit_cast<float>(std::uint32_t{upper} << 16); }

template <class Number, class Convert>
void convert(std::span<const std::byte> bytes, std::span<float> target, Convert to_float) {
  for (std::size_t i = 0; i < target.size(); ++i) {
    Number number;
    std::memcpy(&number, bytes.data() + i * sizeof number, sizeof number);
    target[i] = to_float(number);
  }
}

}  // namespace

std::size_t bytes_of(DType dtype) { return type_of(dtype).bytes; }

std::string_view name_of(DType dtype) { return type_of(dtype).name; }

std::optional<DType> dtype_named(std::string_view name) {
  for (const auto& type : kTypes) {
    if (type.name == name) return type.dtype;
  }
  return std::nullopt;
}

bool is_floating(DType dtype) {
  return dtype == DType::f64 || dtype == DType::f32 || dtype == DType::f16 || dtype == DType::bf16;
}

std::optional<std::uint64_t> size_in_bytes(DType dtype, const std::vector<std::int64_t>& shape) {
  std::uint64_t size = bytes_of(dtype);
  for (const auto length : shape) {
    if (length < 0 || __builtin_mul_overflow(size, static_cast<std::uint64_t>(length), &size)) return std::nullopt;
  }
  return size;
}

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string text = "[";
  for (const auto length : shape) text += (text.size() > 1 ? ", " : "") + std::to_string(length);
  return text + "]";
}

bool is_printable(std::string_view name) {
  return std::ranges::all_of(name, [](char c) { return c >= ' ' && c <= '~'; });
}

bool same_content(const TensorView& a, const TensorView& b) {
  return a.dtype == b.dtype && a.shape == b.shape && std::ranges::equal(a.bytes, b.bytes);
}

void copy_as_float(const TensorView& tensor, std::span<float> target) {
  if (!is_floating(tensor.dtype) || target.size() * bytes_of(tensor.dtype) != tensor.bytes.size()) {
    throw InternalError("tensor '" + tensor.name + "' is to be copied to numbers of another count or kind");
  }
  if (target.empty()) return;
  switch (tensor.dtype) {
    case DType::f64:
      return convert<double>(tensor.bytes, target, [](double number) { return static_cast<float>(number); });
    case DType::f16:
      return convert<std::uint16_t>(tensor.bytes, target, float_of_half);
    case DType::bf16:
      return convert<std::uint16_t>(tensor.bytes, target, float_of_bfloat);
    default:
      std::memcpy(target.data(), tensor.bytes.data(), tensor.bytes.size());
  }
}

}  // namespace cmgems::formats
