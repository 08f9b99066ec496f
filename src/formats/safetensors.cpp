#include "cmgems/formats/safetensors.h"

#include <array>
#include <cstring>
#include <string_view>

#include "cmgems/base/atomic_file.h"
#include "cmgems/base/error.h"
#include "safetensors_header.h"

namespace cmgems::formats {
namespace {

std::vector<TensorView> read_mapping(std::span<const std::byte> file, const std::filesystem::path& path) {
  if (file.size() < kLengthBytes) {
    throw DataError(path.string() + " is not a safetensors file: it is shorter than the 8 bytes of a header length");
  }
  std::uint64_t length = 0;
  std::memcpy(&length, file.data(), kLengthBytes);
  if (length > kMaximumHeader || length > file.size() - kLengthBytes) {
    throw DataError(path.string() + ": a header of " + std::to_string(length) + " bytes does not fit into a file of " +
                    std::to_string(file.size()) + " bytes; the file is truncated or not a safetensors file");
  }
  const std::string_view header(reinterpret_cast<const char*>(file.data()) + kLengthBytes, length);
  return read_header(header, file.subspan(kLengthBytes + length), path);
}

}  // namespace

void write_safetensors(const std::filesystem::path& path, std::span<const TensorView> tensors) {
  for (const auto& tensor : tensors) {
    if (size_in_bytes(tensor.dtype, tensor.shape) == tensor.bytes.size()) continue;
    throw InternalError("tensor '" + tensor.name + "' has bytes that do not match its shape");
  }
  const std::string header = write_header(tensors);
  std::array<char, kLengthBytes> length;
  const std::uint64_t header_size = header.size();
  std::memcpy(length.data(), &header_size, length.size());
  std::vector<std::string_view> pieces{{length.data(), length.size()}, header};
  for (const auto& tensor : tensors) {
    pieces.emplace_back(reinterpret_cast<const char*>(tensor.bytes.data()), tensor.bytes.size());
  }
  write_file_atomic(path, pieces);
}

SafetensorsFile::SafetensorsFile(const std::filesystem::path& path)
    : file_(path), tensors_(read_mapping(file_.bytes(), path)) {}

const TensorView* SafetensorsFile::find(const std::string& name) const {
  for (const auto& tensor : tensors_) {
    if (tensor.name == name) return &tensor;
  }
  return nullptr;
}

}  // namespace cmgems::formats
