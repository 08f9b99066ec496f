// Hashes: SHA-256 (OpenSSL) names inputs in run records, XXH3 (xxHash) finds duplicate windows.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace cmgems {

/// Incremental SHA-256.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  void update(const void* data, std::size_t bytes);
  /// 64 lower-case hexadecimal digits. The object is spent afterwards.
  std::string finish();

 private:
  void* context_;
};

std::string sha256(std::string_view bytes);

/// XXH3, 64 bits.
std::uint64_t hash64(const void* data, std::size_t bytes);

}  // namespace cmgems
