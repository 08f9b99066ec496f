// A gzip file of a text, without zlib (RFC 1952; one stored block of RFC 1951).
#pragma once

#include <cstdint>
#include <string>

namespace cmgems::test {

/// REQUIRES: a text below 64 KiB.
inline std::string gzipped(const std::string& text) {
  std::uint32_t check = ~0U;
  for (const unsigned char byte : text) {
    check ^= byte;
    for (int bit = 0; bit < 8; ++bit) check = (check >> 1) ^ ((check & 1) != 0 ? 0xEDB88320U : 0);
  }
  const auto number = [](std::uint32_t value, int bytes) {
    std::string little;
    for (int i = 0; i < bytes; ++i) little += static_cast<char>(value >> (8 * i) & 0xFF);
    return little;
  };
  const auto length = static_cast<std::uint32_t>(text.size());
  const std::string header("\x1f\x8b\x08\0\0\0\0\0\0\xff", 10);
  return header + "\x01" + number(length, 2) + number(~length, 2) + text + number(~check, 4) + number(length, 4);
}

}  // namespace cmgems::test
