#include "cmgems/formats/event_file.h"

#include <fcntl.h>

#include <boost/crc.hpp>
#include <cstring>

namespace cmgems::formats {
namespace {

constexpr std::uint32_t kCastagnoli = 0x1EDC6F41;
constexpr std::uint32_t kMask = 0xA282EAD8;  // TFRecord's

// Protobuf: key = field number << 3 | wire type.
enum WireType : unsigned { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

template <class Number>
std::string little_endian(Number value) {
  std::string text(sizeof value, '\0');
  std::memcpy(text.data(), &value, sizeof value);
  return text;
}

std::string varint_of(std::uint64_t value) {
  std::string text;
  for (; value >= 0x80; value >>= 7) text += static_cast<char>(value | 0x80);
  return text + static_cast<char>(value);
}

std::string key(unsigned field, WireType type) { return varint_of(field << 3 | type); }

std::string message(unsigned field, std::string_view content) {
  return key(field, bytes) + varint_of(content.size()) + std::string(content);
}

/// Event: 1 wall_time, 2 step.
std::string event(double wall_time, std::int64_t step) {
  return key(1, fixed64) + little_endian(wall_time) + key(2, varint) + varint_of(static_cast<std::uint64_t>(step));
}

std::string masked_crc(std::string_view content) {
  const std::uint32_t crc = crc32c(content);
  return little_endian(static_cast<std::uint32_t>((crc >> 15 | crc << 17) + kMask));
}

}  // namespace

std::uint32_t crc32c(std::string_view content) {
  boost::crc_optimal<32, kCastagnoli, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc;
  crc.process_bytes(content.data(), content.size());
  return crc.checksum();
}

EventFile::EventFile(const std::filesystem::path& path, double wall_time)
    : file_(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND) {
  record(event(wall_time, 0) + message(3, "brain.Event:2"));  // Event: 3 file_version
}

void EventFile::scalar(const std::string& tag, double value, std::int64_t step, double wall_time) {
  // Summary.Value: 1 tag, 2 simple_value; Summary: 1 value; Event: 5 summary
  const std::string one = message(1, tag) + key(2, fixed32) + little_endian(static_cast<float>(value));
  record(event(wall_time, step) + message(5, message(1, one)));
}

void EventFile::restart(std::int64_t step, double wall_time) {
  // SessionLog: 1 status, START = 1; Event: 7 session_log. TensorBoard drops events from this step on.
  record(event(wall_time, step + 1) + message(7, key(1, varint) + varint_of(1)));
}

void EventFile::record(std::string_view payload) {
  const std::string length = little_endian(static_cast<std::uint64_t>(payload.size()));
  waiting_ += length + masked_crc(length) + std::string(payload) + masked_crc(payload);
  if (torn_) file_.truncate(size_);
  torn_ = true;
  file_.write(waiting_);
  torn_ = false;
  size_ += waiting_.size();
  waiting_.clear();
}

}  // namespace cmgems::formats
