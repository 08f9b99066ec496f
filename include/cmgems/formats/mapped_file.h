// A whole file as bytes in memory, without reading it.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

namespace cmgems::formats {

/// Read-only mapping; the bytes live as long as the object, and stay where they are when it is moved.
class MappedFile {
 public:
  /// An empty file has no bytes. Throws: InputNotFound, DataError (no regular file), IoError.
  explicit MappedFile(const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  std::span<const std::byte> bytes() const { return {static_cast<const std::byte*>(mapping_), size_}; }

 private:
  void* mapping_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace cmgems::formats
