// Numbers in files, least significant byte first. Private to this layer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace cmgems::formats {

/// REQUIRES: at + sizeof(Number) <= bytes.size(), on a little-endian machine (checked in tensor.cpp).
template <class Number>
Number number_at(std::span<const std::byte> bytes, std::uint64_t at) {
  Number number;
  std::memcpy(&number, bytes.data() + at, sizeof number);
  return number;
}

/// REQUIRES: at + size <= bytes.size().
inline std::string_view text_at(std::span<const std::byte> bytes, std::uint64_t at, std::uint64_t size) {
  return {reinterpret_cast<const char*>(bytes.data()) + at, size};
}

}  // namespace cmgems::formats
