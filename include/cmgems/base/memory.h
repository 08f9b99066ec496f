// How much memory this process may still take.
#pragma once

#include <cstdint>
#include <filesystem>

namespace cmgems {

/// Bytes: MemAvailable of /proc/meminfo, or what the process' control group (version 2 or 1) leaves of its limit when
/// that is less; the largest number when the system says nothing. `root` stands for / in tests.
std::uint64_t available_memory(const std::filesystem::path& root = "/");

}  // namespace cmgems
