// Records of a zip archive in memory, as torch.save writes them: stored, not compressed. Private to this layer.
// Source: PKWARE's APPNOTE.TXT (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT), sections 4.3 and 4.5.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>

namespace cmgems::formats {

class ZipArchive {
 public:
  /// Reads the central directory and finds each record's bytes; zip64 too. `file` and `path` must outlive the object.
  /// Throws: DataError (path and what is wrong): several disks, compressed or encrypted records, two of one name,
  /// records that lie outside of the file or overlap.
  ZipArchive(std::span<const std::byte> file, const std::filesystem::path& path);

  /// The bytes of a record, whose CRC-32 is checked. Throws: DataError (no such record, damaged).
  std::span<const std::byte> content(const std::string& name) const;
  bool has(const std::string& name) const { return records_.contains(name); }
  /// What stands before "/data.pkl": torch.save puts everything into a folder named after the file.
  /// Throws: DataError when there is no such record, or several.
  std::string folder() const;

 private:
  struct Record {
    std::uint64_t begin = 0;
    std::uint64_t size = 0;
    std::uint32_t checksum = 0;
  };
  struct Directory {
    std::uint64_t begin = 0;
    std::uint64_t size = 0;
    std::uint64_t entries = 0;
  };
  [[noreturn]] void fail(const std::string& what) const;
  Directory find_directory() const;
  Directory find_directory64(std::uint64_t locator) const;
  void read_directory(const Directory& directory);
  /// Reads the central header at `at` and returns the place of the next one.
  std::uint64_t read_record(std::uint64_t at, const Directory& directory);
  void check_places(std::uint64_t end) const;

  std::span<const std::byte> file_;
  const std::filesystem::path& path_;
  std::map<std::string, Record, std::less<>> records_;
};

}  // namespace cmgems::formats
