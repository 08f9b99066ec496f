#include "cmgems/formats/row_files.h"

#include <array>
#include <bit>
#include <cstring>
#include <string>
#include <vector>

#include "cmgems/base/atomic_file.h"
#include "safetensors_header.h"

namespace cmgems::formats {
namespace {

static_assert(std::endian::native == std::endian::little, "payloads are written as they lie in memory");

constexpr std::size_t kNpyHeader = 128;          // a multiple of 64, with room for any shape
constexpr std::size_t kSafetensorsHeader = 504;  // with its length 512 bytes, with room for two tensors

template <class Value>
std::string_view text_of(std::span<const Value> values) {
  return {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
}

/// The first kNpyHeader bytes of a file with an array of this shape, for example "(3, 8)".
std::string npy_header(const std::string& type, const std::string& shape) {
  std::string text("\x93NUMPY\x01\x00", 8);
  const std::size_t length = kNpyHeader - text.size() - 2;
  text += static_cast<char>(length & 0xFF);
  text += static_cast<char>(length >> 8);
  text += "{'descr': '" + type + "', 'fortran_order': False, 'shape': " + shape + ", }";
  text.resize(kNpyHeader - 1, ' ');
  return text + '\n';
}

class NpyFile final : public RowFile {
 public:
  NpyFile(const std::filesystem::path& path, std::int64_t width) : path_(path), width_(width), file_(path) {
    file_.append(header());
  }
  void append(std::span<const float> values) override {
    file_.append(text_of(values));
    rows_ += static_cast<std::int64_t>(values.size()) / width_;
  }
  void finish(std::span<const std::int64_t> offsets) override {
    if (!offsets.empty()) {
      const std::string head = npy_header("<i8", "(" + std::to_string(offsets.size()) + ",)");
      const std::array<std::string_view, 2> pieces{head, text_of(offsets)};
      write_file_atomic(std::filesystem::path(path_).replace_extension(".offsets.npy"), pieces);
    }
    file_.overwrite(0, header());
    file_.commit();
  }

 private:
  std::string header() const {
    return npy_header("<f4", "(" + std::to_string(rows_) + ", " + std::to_string(width_) + ")");
  }
  std::filesystem::path path_;
  std::int64_t width_, rows_ = 0;
  AtomicFile file_;
};

class SafetensorsRows final : public RowFile {
 public:
  SafetensorsRows(const std::filesystem::path& path, std::int64_t width) : width_(width), file_(path) {
    file_.append(std::string(kLengthBytes + kSafetensorsHeader, ' '));
  }
  void append(std::span<const float> values) override {
    file_.append(text_of(values));
    rows_ += static_cast<std::int64_t>(values.size()) / width_;
  }
  void finish(std::span<const std::int64_t> offsets) override {
    std::vector<TensorView> tensors{{"embeddings", DType::f32, {rows_, width_}, {}}};
    if (!offsets.empty()) {
      if (rows_ * width_ % 2 != 0) {  // readers want numbers of 8 bytes at a multiple of 8
        tensors.push_back({"padding", DType::f32, {1}, {}});
        file_.append(std::string(sizeof(float), '\0'));
      }
      tensors.push_back({"offsets", DType::i64, {static_cast<std::int64_t>(offsets.size())}, {}});
      file_.append(text_of(offsets));
    }
    std::string header = write_header(tensors);
    header.resize(kSafetensorsHeader, ' ');
    const std::uint64_t length = header.size();
    std::array<char, kLengthBytes> bytes;
    std::memcpy(bytes.data(), &length, bytes.size());
    file_.overwrite(0, {bytes.data(), bytes.size()});
    file_.overwrite(kLengthBytes, header);
    file_.commit();
  }

 private:
  std::int64_t width_, rows_ = 0;
  AtomicFile file_;
};

}  // namespace

std::unique_ptr<RowFile> make_npy_file(const std::filesystem::path& path, std::int64_t width) {
  return std::make_unique<NpyFile>(path, width);
}

std::unique_ptr<RowFile> make_safetensors_file(const std::filesystem::path& path, std::int64_t width) {
  return std::make_unique<SafetensorsRows>(path, width);
}

}  // namespace cmgems::formats
