#include "cmgems/formats/safetensors.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <tuple>
#include <utility>

#include "cmgems/base/atomic_file.h"
#include "cmgems/base/error.h"
#include "safetensors_header.h"

namespace cmgems::formats {
namespace {

static_assert(std::endian::native == std::endian::little, "payloads are written as they lie in memory");

/// Closes a descriptor at the end of a scope; a mapping outlives it.
class Descriptor {
 public:
  explicit Descriptor(const std::filesystem::path& path) : value_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int value() const { return value_; }

 private:
  int value_;
};

std::pair<void*, std::size_t> map_file(const std::filesystem::path& path) {
  const Descriptor descriptor(path);
  if (descriptor.value() < 0 && errno == ENOENT) throw InputNotFound("no such file: " + path.string());
  struct stat status {};
  if (descriptor.value() < 0 || ::fstat(descriptor.value(), &status) != 0) {
    throw IoError("cannot open " + path.string() + ": " + std::strerror(errno));
  }
  const auto size = static_cast<std::size_t>(status.st_size);
  if (!S_ISREG(status.st_mode) || size < kLengthBytes) {
    throw DataError(path.string() + " is not a safetensors file: it is shorter than the 8 bytes of a header length");
  }
  void* mapping = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor.value(), 0);
  if (mapping == MAP_FAILED) throw IoError("cannot map " + path.string() + ": " + std::strerror(errno));
  return {mapping, size};
}

std::vector<TensorView> read_mapping(std::span<const std::byte> file, const std::filesystem::path& path) {
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

SafetensorsFile::SafetensorsFile(const std::filesystem::path& path) {
  std::tie(mapping_, size_) = map_file(path);
  try {
    tensors_ = read_mapping({static_cast<const std::byte*>(mapping_), size_}, path);
  } catch (...) {
    ::munmap(mapping_, size_);
    throw;
  }
}

SafetensorsFile::~SafetensorsFile() {
  if (mapping_) ::munmap(mapping_, size_);
}

SafetensorsFile::SafetensorsFile(SafetensorsFile&& other) noexcept { *this = std::move(other); }

SafetensorsFile& SafetensorsFile::operator=(SafetensorsFile&& other) noexcept {
  std::swap(mapping_, other.mapping_);
  std::swap(size_, other.size_);
  std::swap(tensors_, other.tensors_);
  return *this;
}

const TensorView* SafetensorsFile::find(const std::string& name) const {
  for (const auto& tensor : tensors_) {
    if (tensor.name == name) return &tensor;
  }
  return nullptr;
}

}  // namespace cmgems::formats
