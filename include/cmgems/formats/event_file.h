// TensorBoard event files: scalars by step. Records are framed as in TFRecord (length, masked CRC-32C of it, payload,
// masked CRC-32C), payloads are protobuf messages Event (tensorflow/core/util/event.proto), encoded by hand since four
// fields are all that is needed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "cmgems/base/file_system.h"

namespace cmgems::formats {

/// CRC-32C (Castagnoli, RFC 3720 B.4).
std::uint32_t crc32c(std::string_view content);

class EventFile {
 public:
  /// Creates the file; parent folders must be there. Throws: IoError, as all functions do; a record that could not be
  /// written is kept then, and goes first at the next call.
  EventFile(const std::filesystem::path& path, double wall_time);
  /// `wall_time` in seconds since 1970. Tags like "train/loss".
  void scalar(const std::string& tag, double value, std::int64_t step, double wall_time);
  /// A run that continues after `step`: TensorBoard drops what an earlier file of the folder has of later steps.
  void restart(std::int64_t step, double wall_time);

 private:
  void record(std::string_view payload);
  FileWriter file_;
  std::uint64_t size_ = 0;  // whole records
  std::string waiting_;
  bool torn_ = false;  // a part of a record is behind size_
};

}  // namespace cmgems::formats
