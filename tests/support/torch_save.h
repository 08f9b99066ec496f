// What torch.save writes, put together by hand, byte by byte: pickles, zip archives, and the older form without zip.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace cmgems::test {

template <class Number>
std::string little_endian(Number number) {
  std::string text;
  for (std::size_t i = 0; i < sizeof number; ++i) {
    text += static_cast<char>(static_cast<std::uint64_t>(number) >> (8 * i) & 0xFF);
  }
  return text;
}

namespace pickled {

inline std::string text(const std::string& value) {
  return "X" + little_endian(static_cast<std::uint32_t>(value.size())) + value;
}
inline std::string integer(std::int32_t value) { return "J" + little_endian(value); }
inline std::string global(const std::string& module, const std::string& name) {
  return "c" + module + "\n" + name + "\n";
}
inline std::string tuple(const std::vector<std::int64_t>& values) {
  std::string result = "(";
  for (const auto value : values) result += integer(static_cast<std::int32_t>(value));
  return result + "t";
}
inline const std::string kHead = "\x80\x02", kOrderedDict = global("collections", "OrderedDict") + ")R";

/// ('storage', torch.TYPEStorage, key, 'cpu', elements); `tail`: what the older form has behind it.
inline std::string storage(const std::string& type, const std::string& key, std::int32_t elements,
                           const std::string& tail = "") {
  return "(" + text("storage") + global("torch", type + "Storage") + text(key) + text("cpu") + integer(elements) +
         tail + "tQ";
}
inline std::string tensor(const std::string& storage, std::int32_t offset, const std::vector<std::int64_t>& shape,
                          const std::vector<std::int64_t>& strides) {
  return global("torch._utils", "_rebuild_tensor_v2") + "(" + storage + integer(offset) + tuple(shape) +
         tuple(strides) + "\x89" + kOrderedDict + "tR";
}
/// Names and their pickled values.
inline std::string dictionary(const std::vector<std::pair<std::string, std::string>>& items) {
  std::string result = kHead + kOrderedDict + "(";
  for (const auto& [name, value] : items) result += text(name) + value;
  return result + "u.";
}

}  // namespace pickled

/// CRC-32 of ISO 3309, bit by bit.
inline std::uint32_t checksum(const std::string& content) {
  std::uint32_t crc = 0xFFFFFFFF;
  for (const char c : content) {
    crc ^= static_cast<std::uint8_t>(c);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (0xEDB88320U & (0U - (crc & 1U)));
  }
  return ~crc;
}

using Records = std::vector<std::pair<std::string, std::string>>;

/// Stored records, the central directory, the end record.
inline std::string zip(const Records& records) {
  std::string file, directory;
  for (const auto& [name, content] : records) {
    const auto size = little_endian(static_cast<std::uint32_t>(content.size()));
    const std::string common = std::string("\0\0\0\0\0\0\0\0", 8) + little_endian(checksum(content)) + size + size +
                               little_endian(static_cast<std::uint16_t>(name.size()));
    directory += std::string("PK\1\2\0\0\0\0", 8) + common + std::string(12, '\0') +
                 little_endian(static_cast<std::uint32_t>(file.size())) + name;
    file += std::string("PK\3\4\0\0", 6) + common + std::string(2, '\0') + name + content;
  }
  const auto count = little_endian(static_cast<std::uint16_t>(records.size()));
  return file + directory + std::string("PK\5\6\0\0\0\0", 8) + count + count +
         little_endian(static_cast<std::uint32_t>(directory.size())) +
         little_endian(static_cast<std::uint32_t>(file.size())) + std::string(2, '\0');
}

/// Contents of the storages "0", "1", ... beside the pickle of the dictionary.
inline std::string zip_form(const std::string& dictionary, const std::vector<std::string>& storages) {
  Records records{{"archive/data.pkl", dictionary}, {"archive/byteorder", "little"}};
  for (std::size_t i = 0; i < storages.size(); ++i)
    records.emplace_back("archive/data/" + std::to_string(i), storages[i]);
  records.emplace_back("archive/version", "3\n");
  return zip(records);
}

struct OldStorage {
  std::string key;
  std::int64_t elements;
  std::string bytes;
};

inline std::string old_form(const std::string& dictionary, const std::vector<OldStorage>& storages) {
  std::string keys = pickled::kHead + "](", contents;
  for (const auto& storage : storages) {
    keys += pickled::text(storage.key);
    contents += little_endian(storage.elements) + storage.bytes;
  }
  return pickled::kHead + "\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19." + pickled::kHead + "M\xe9\x03." +
         pickled::kHead + "}(" + pickled::text("protocol_version") + "M\xe9\x03" + pickled::text("little_endian") +
         "\x88u." + dictionary + keys + "e." + contents;
}

}  // namespace cmgems::test
