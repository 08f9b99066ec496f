#include "zip_archive.h"

#include <zlib.h>

#include <algorithm>
#include <vector>

#include "cmgems/base/error.h"
#include "cmgems/formats/tensor.h"
#include "little_endian.h"

namespace cmgems::formats {
namespace {

constexpr std::uint32_t kLocalHeader = 0x04034B50, kCentralHeader = 0x02014B50, kEnd = 0x06054B50;
constexpr std::uint32_t kEnd64 = 0x06064B50, kLocator64 = 0x07064B50;
constexpr std::uint64_t kLocalBytes = 30, kCentralBytes = 46, kEndBytes = 22, kEnd64Bytes = 56, kLocator64Bytes = 20;
constexpr std::uint64_t kLongestComment = 0xFFFF;
constexpr std::uint16_t kZip64Field = 1;
constexpr std::uint32_t kElsewhere = 0xFFFFFFFF;  // the number stands in the zip64 field

/// Takes the 64-bit numbers that replace sizes and offsets of 0xFFFFFFFF, in order. False when one is missing.
bool read_zip64(std::span<const std::byte> extra, std::initializer_list<std::uint64_t*> values) {
  std::span<const std::byte> field;
  for (std::uint64_t at = 0; at + 4 <= extra.size();) {
    const auto size = number_at<std::uint16_t>(extra, at + 2);
    if (size > extra.size() - at - 4) return false;
    if (number_at<std::uint16_t>(extra, at) == kZip64Field) field = extra.subspan(at + 4, size);
    at += std::uint64_t{4} + size;
  }
  for (auto* value : values) {
    if (*value != kElsewhere) continue;
    if (field.size() < 8) return false;
    *value = number_at<std::uint64_t>(field, 0);
    field = field.subspan(8);
  }
  return true;
}

}  // namespace

void ZipArchive::fail(const std::string& what) const {
  throw DataError(path_.string() + ": " + what + "; the zip archive is cut off or damaged");
}

ZipArchive::ZipArchive(std::span<const std::byte> file, const std::filesystem::path& path) : file_(file), path_(path) {
  const auto directory = find_directory();
  read_directory(directory);
  check_places(directory.begin);
}

/// The end record is the last thing in the file, but for a comment of at most 64 KiB.
ZipArchive::Directory ZipArchive::find_directory() const {
  for (std::uint64_t comment = 0; comment <= kLongestComment && comment + kEndBytes <= file_.size(); ++comment) {
    const std::uint64_t end = file_.size() - kEndBytes - comment;
    if (number_at<std::uint32_t>(file_, end) != kEnd || number_at<std::uint16_t>(file_, end + 20) != comment) continue;
    const bool long_form =
        end >= kLocator64Bytes && number_at<std::uint32_t>(file_, end - kLocator64Bytes) == kLocator64;
    if (long_form) return find_directory64(end - kLocator64Bytes);
    if (number_at<std::uint32_t>(file_, end + 4) != 0) fail("it is one of several parts");
    return {number_at<std::uint32_t>(file_, end + 16), number_at<std::uint32_t>(file_, end + 12),
            number_at<std::uint16_t>(file_, end + 10)};
  }
  fail("no end of a central directory");
}

ZipArchive::Directory ZipArchive::find_directory64(std::uint64_t locator) const {
  const auto end = number_at<std::uint64_t>(file_, locator + 8);
  if (locator < kEnd64Bytes || end > locator - kEnd64Bytes || number_at<std::uint32_t>(file_, end) != kEnd64) {
    fail("no zip64 end of a central directory where it should be");
  }
  if (number_at<std::uint64_t>(file_, end + 16) != 0) fail("it is one of several parts");
  return {number_at<std::uint64_t>(file_, end + 48), number_at<std::uint64_t>(file_, end + 40),
          number_at<std::uint64_t>(file_, end + 32)};
}

void ZipArchive::read_directory(const Directory& directory) {
  if (directory.begin > file_.size() || directory.size > file_.size() - directory.begin) {
    fail("the central directory lies outside of the file");
  }
  std::uint64_t at = directory.begin;
  for (std::uint64_t entry = 0; entry < directory.entries; ++entry) at = read_record(at, directory);
  if (at != directory.begin + directory.size) fail("the central directory has another size than it announces");
}

std::uint64_t ZipArchive::read_record(std::uint64_t at, const Directory& directory) {
  const std::uint64_t end = directory.begin + directory.size;
  if (kCentralBytes > end - at || number_at<std::uint32_t>(file_, at) != kCentralHeader) {
    fail("the central directory has fewer records than it announces");
  }
  const std::uint64_t name_size = number_at<std::uint16_t>(file_, at + 28);
  const std::uint64_t extra_size = number_at<std::uint16_t>(file_, at + 30);
  const std::uint64_t comment_size = number_at<std::uint16_t>(file_, at + 32);
  if (name_size + extra_size + comment_size > end - at - kCentralBytes) fail("a record's name leaves the directory");
  const std::string name(text_at(file_, at + kCentralBytes, name_size));
  if (!is_printable(name)) fail("a record has a name of other than printable ASCII characters");
  if ((number_at<std::uint16_t>(file_, at + 8) & 1U) != 0) fail("the record " + name + " is encrypted");
  if (number_at<std::uint16_t>(file_, at + 10) != 0) fail("the record " + name + " is compressed (torch.save stores)");
  std::uint64_t packed = number_at<std::uint32_t>(file_, at + 20), size = number_at<std::uint32_t>(file_, at + 24);
  std::uint64_t local = number_at<std::uint32_t>(file_, at + 42);
  if (!read_zip64(file_.subspan(at + kCentralBytes + name_size, extra_size), {&size, &packed, &local})) {
    fail("the record " + name + " has no 64-bit sizes where they should be");
  }
  if (size != packed) fail("the record " + name + " has two sizes");
  // The local header repeats the name and has an extra field of its own, with which torch.save aligns the data.
  if (directory.begin < kLocalBytes || local > directory.begin - kLocalBytes ||
      number_at<std::uint32_t>(file_, local) != kLocalHeader) {
    fail("the record " + name + " is not where the directory says");
  }
  const std::uint64_t own_name = number_at<std::uint16_t>(file_, local + 26);
  const std::uint64_t begin = local + kLocalBytes + own_name + number_at<std::uint16_t>(file_, local + 28);
  if (begin > directory.begin || size > directory.begin - begin) fail("the record " + name + " leaves the file");
  if (text_at(file_, local + kLocalBytes, own_name) != name) fail("the record " + name + " has two names");
  if (!records_.emplace(name, Record{begin, size, number_at<std::uint32_t>(file_, at + 16)}).second) {
    fail("two records are named " + name);
  }
  return at + kCentralBytes + name_size + extra_size + comment_size;
}

void ZipArchive::check_places(std::uint64_t end) const {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> places;
  places.reserve(records_.size());
  for (const auto& [name, record] : records_) places.emplace_back(record.begin, record.begin + record.size);
  std::sort(places.begin(), places.end());
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (places[i].second > (i + 1 < places.size() ? places[i + 1].first : end)) fail("two records overlap");
  }
}

std::span<const std::byte> ZipArchive::content(const std::string& name) const {
  const auto found = records_.find(name);
  if (found == records_.end()) fail("there is no record " + name);
  const auto bytes = file_.subspan(found->second.begin, found->second.size);
  const auto checksum = crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
  if (checksum != found->second.checksum) fail("the record " + name + " does not have its CRC-32");
  return bytes;
}

std::string ZipArchive::folder() const {
  constexpr std::string_view kObject = "/data.pkl";
  std::string folder;
  for (const auto& [name, record] : records_) {
    if (!name.ends_with(kObject)) continue;
    if (!folder.empty()) fail("two records are named data.pkl");
    folder = name.substr(0, name.size() - kObject.size());
  }
  if (folder.empty()) {
    throw DataError(path_.string() + " is a zip archive without NAME/data.pkl; expected what torch.save writes");
  }
  return folder;
}

}  // namespace cmgems::formats
