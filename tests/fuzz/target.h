// What the fuzz targets share: the input as a file, and what a reader may answer to it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>
#include <string_view>

#include "cmgems/base/error.h"
#include "support/paths.h"

namespace cmgems::test {

/// Runs `read`; errors that cmgems throws on purpose are answers, anything else passes through and ends the program.
template <class Read>
int answer(Read&& read) {
  try {
    read();
  } catch (const InternalError&) {
    throw;
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch)
  }
  return 0;
}

/// Runs `read` with the path of a file that holds the input.
template <class Read>
int answer_file(const std::uint8_t* data, std::size_t size, const char* name, Read&& read) {
  static const TemporaryFolder folder;
  const auto path = folder.path() / name;
  std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  return answer([&] { read(path); });
}

/// Reads every byte: views that reach beyond their file end here.
inline void touch(std::span<const std::byte> bytes) {
  unsigned sum = 0;
  for (const auto byte : bytes) sum += static_cast<unsigned>(byte);
  asm volatile("" : : "r"(sum));  // is needed, as far as the compiler knows
}

}  // namespace cmgems::test
