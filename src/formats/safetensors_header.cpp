#include "safetensors_header.h"

#include <algorithm>
#include <set>
#include <utility>

#include "cmgems/base/error.h"
#include "json_text.h"

namespace cmgems::formats {
namespace {

/// A tensor of the header, before its place is known to be sound.
struct Entry {
  TensorView view;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

class HeaderReader {
 public:
  HeaderReader(std::span<const std::byte> payload, const std::filesystem::path& path)
      : payload_(payload), path_(path) {}

  std::vector<TensorView> read(const nlohmann::json& document) const {
    std::vector<Entry> entries;
    for (const auto& [name, value] : document.items()) {
      if (name == "__metadata__") {
        check_metadata(value);
      } else {
        entries.push_back(read_entry(name, value));
      }
    }
    return place(std::move(entries));
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw DataError(path_.string() + ": " + what + "; the file is damaged or not a safetensors file");
  }
  [[noreturn]] void fail(const std::string& tensor, const std::string& what) const {
    fail("tensor '" + tensor + "' " + what);
  }

  void check_metadata(const nlohmann::json& value) const {
    const bool strings = value.is_object() &&
                         std::all_of(value.begin(), value.end(), [](const auto& entry) { return entry.is_string(); });
    if (!strings) fail("__metadata__ is not an object of strings");
  }

  Entry read_entry(const std::string& name, const nlohmann::json& value) const {
    if (!is_printable(name)) fail("a tensor has a name of other than printable ASCII characters");
    if (!value.is_object()) fail(name, "is not described by an object");
    for (const char* key : {"dtype", "shape", "data_offsets"}) {
      if (!value.contains(key)) fail(name, std::string("has no ") + key);
    }
    Entry entry;
    entry.view.name = name;
    entry.view.dtype = read_type(name, value["dtype"]);
    for (const auto length : read_numbers(name, "shape", value["shape"])) {
      if (length > INT64_MAX) fail(name, "has a shape that is too large");
      entry.view.shape.push_back(static_cast<std::int64_t>(length));
    }
    const auto offsets = read_numbers(name, "data_offsets", value["data_offsets"]);
    if (offsets.size() != 2) fail(name, "needs two data_offsets, found " + std::to_string(offsets.size()));
    entry.begin = offsets[0];
    entry.end = offsets[1];
    return entry;
  }

  DType read_type(const std::string& name, const nlohmann::json& value) const {
    const auto known = value.is_string() ? dtype_named(value.get_ref<const std::string&>()) : std::nullopt;
    if (known) return *known;
    fail(name, "has the unknown dtype " + value.dump() + " (known: F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL)");
  }

  std::vector<std::uint64_t> read_numbers(const std::string& name, const std::string& key,
                                          const nlohmann::json& value) const {
    if (!value.is_array()) fail(name, "has a " + key + " that is not an array");
    std::vector<std::uint64_t> numbers;
    for (const auto& number : value) {
      if (!number.is_number_unsigned()) fail(name, "has " + number.dump() + " in its " + key + ", not a size");
      numbers.push_back(number.get<std::uint64_t>());
    }
    return numbers;
  }

  /// In the order of their bytes the tensors must follow each other from the first byte of the payload to the last.
  std::vector<TensorView> place(std::vector<Entry> entries) const {
    std::sort(entries.begin(), entries.end(),
              [](const Entry& a, const Entry& b) { return std::pair(a.begin, a.end) < std::pair(b.begin, b.end); });
    std::vector<TensorView> tensors;
    std::uint64_t covered = 0;
    for (auto& [view, begin, end] : entries) {
      const std::string range = std::string("[") + std::to_string(begin) + ", " + std::to_string(end) + ")";
      if (begin > covered) fail(view.name, "at " + range + " leaves a hole after byte " + std::to_string(covered));
      if (begin < covered) fail(view.name, "at " + range + " overlaps the tensor before it");
      if (end < begin) fail(view.name, "ends before it begins " + range);
      if (end > payload_.size()) {
        fail(view.name, "at " + range + " ends behind the " + std::to_string(payload_.size()) + " bytes of data");
      }
      if (size_in_bytes(view.dtype, view.shape) != end - begin) {
        fail(view.name, "at " + range + " does not have the size of its shape and dtype");
      }
      view.bytes = payload_.subspan(begin, end - begin);
      covered = end;
      tensors.push_back(std::move(view));
    }
    if (covered != payload_.size()) {
      fail("the tensors cover " + std::to_string(covered) + " of " + std::to_string(payload_.size()) +
           " bytes of data");
    }
    return tensors;
  }

  std::span<const std::byte> payload_;
  const std::filesystem::path& path_;
};

}  // namespace

std::string write_header(std::span<const TensorView> tensors) {
  nlohmann::ordered_json header = {{"__metadata__", {{"format", "pt"}}}};
  std::set<std::string> names{"__metadata__"};
  std::uint64_t offset = 0;
  for (const auto& tensor : tensors) {
    if (!names.insert(tensor.name).second) throw InternalError("tensor '" + tensor.name + "' is to be written twice");
    const auto size = size_in_bytes(tensor.dtype, tensor.shape);
    if (!size) throw InternalError("tensor '" + tensor.name + "' has a shape that is too large");
    const std::uint64_t end = offset + *size;
    header[tensor.name] = {{"dtype", name_of(tensor.dtype)}, {"shape", tensor.shape}, {"data_offsets", {offset, end}}};
    offset = end;
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');
  return text;
}

std::vector<TensorView> read_header(std::string_view header, std::span<const std::byte> payload,
                                    const std::filesystem::path& path) {
  return HeaderReader(payload, path).read(parse_json_object(header, path, "safetensors header"));
}

}  // namespace cmgems::formats
