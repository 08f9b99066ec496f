#include "cmgems/formats/row_files.h"

#include <array>
#include <bit>
#include <cstring>
#include <string>
#include <vector>

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
  NpyFile(const std::filesystem::path& path, std::int64_t width) : RowFile(path, width) { file_.append(header()); }
  void finish(std::span<const std::int64_t> offsets) override {
    file_.overwrite(0, header());
    if (offsets.empty()) {
      file_.seal();
      remove_tree(offsets_path(path_));
      return commit_together({&ids_, &file_});
    }
    AtomicFile beside(offsets_path(path_));
    beside.append(npy_header("<i8", "(" + std::to_string(offsets.size()) + ",)"));
    beside.append(text_of(offsets));
    commit_together({&ids_, &beside, &file_});
  }

 private:
  std::string header() const {
    return npy_header("<f4", "(" + std::to_string(rows_) + ", " + std::to_string(width_) + ")");
  }
};

class SafetensorsRows final : public RowFile {
 public:
  SafetensorsRows(const std::filesystem::path& path, std::int64_t width) : RowFile(path, width) {
    file_.append(std::string(kLengthBytes + kSafetensorsHeader, ' '));
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
    commit_together({&ids_, &file_});
  }
};

}  // namespace

RowFile::RowFile(const std::filesystem::path& path, std::int64_t width)
    : path_(path), width_(width), file_(path), ids_(ids_path(path)) {}

void RowFile::add_id(std::string id) {
  for (char& c : id) c = c == '\n' || c == '\r' ? ' ' : c;
  ids_.append(id + "\n");
}

void RowFile::append(std::span<const float> values) {
  file_.append(text_of(values));
  rows_ += static_cast<std::int64_t>(values.size()) / width_;
}

std::filesystem::path ids_path(const std::filesystem::path& path) { return path.string() + ".ids.txt"; }
std::filesystem::path offsets_path(const std::filesystem::path& path) { return path.string() + ".offsets.npy"; }

std::unique_ptr<RowFile> make_npy_file(const std::filesystem::path& path, std::int64_t width) {
  return std::make_unique<NpyFile>(path, width);
}

std::unique_ptr<RowFile> make_safetensors_file(const std::filesystem::path& path, std::int64_t width) {
  return std::make_unique<SafetensorsRows>(path, width);
}

}  // namespace cmgems::formats
