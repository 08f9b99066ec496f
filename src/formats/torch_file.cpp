#include "cmgems/formats/torch_file.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <set>

#include "cmgems/base/error.h"
#include "little_endian.h"
#include "unpickler.h"
#include "zip_archive.h"

namespace cmgems::formats {
namespace {

using Kind = PickledObject::Kind;
using Bytes = std::span<const std::byte>;

constexpr std::string_view kZipMagic = "PK\3\4";
/// 0x1950a86a20f9469cfc6c, the integer that the older form begins with.
constexpr std::string_view kOldMagic = "\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";
constexpr std::int64_t kOldProtocol = 1001;

/// A tensor of the state dictionary, before its bytes are known.
struct NamedTensor {
  std::string name;
  PickledTensor view;
};

/// Whether the elements follow each other in row-major order. REQUIRES: the view lies within its storage, not empty.
bool lies_in_one_piece(const PickledTensor& view) {
  std::int64_t expected = 1;
  for (std::size_t i = view.shape.size(); i-- > 0;) {
    if (view.shape[i] != 1 && view.strides[i] != expected) return false;
    expected *= view.shape[i];
  }
  return true;
}

/// The elements in row-major order. REQUIRES: the view lies within the storage and is not empty.
std::vector<std::byte> copy_by_strides(const PickledTensor& view, Bytes storage, std::size_t element) {
  std::size_t count = 1;
  for (const auto size : view.shape) count *= static_cast<std::size_t>(size);
  std::vector<std::byte> copy(count * element);
  std::vector<std::int64_t> position(view.shape.size(), 0);
  std::uint64_t at = view.offset;
  for (std::size_t i = 0; i < count; ++i) {
    std::memcpy(copy.data() + i * element, storage.data() + at * element, element);
    for (std::size_t axis = position.size(); axis-- > 0;) {
      at += static_cast<std::uint64_t>(view.strides[axis]);
      if (++position[axis] < view.shape[axis]) break;
      at -= static_cast<std::uint64_t>(view.strides[axis] * view.shape[axis]);
      position[axis] = 0;
    }
  }
  return copy;
}

class Reader {
 public:
  Reader(Bytes file, const std::filesystem::path& path) : file_(file), path_(path), pickle_(file, path) {}

  /// Copies go into `copies`, which owns them.
  std::vector<TensorView> read(std::vector<std::vector<std::byte>>& copies) {
    const bool zip = text_at(file_, 0, std::min(file_.size(), kZipMagic.size())) == kZipMagic;
    zip ? read_zip() : read_old_form();
    std::vector<TensorView> tensors;
    std::uint64_t copied = 0;
    for (auto& [name, view] : named_) {
      const auto dtype = pickle_.storages()[view.storage].dtype;
      const Bytes storage = bytes_[view.storage];
      const std::uint64_t size = size_in_bytes(dtype, view.shape).value_or(0);  // the unpickler has checked it
      if (size == 0 || lies_in_one_piece(view)) {
        const auto begin = size == 0 ? 0 : view.offset * bytes_of(dtype);
        tensors.push_back({name, dtype, view.shape, storage.subspan(begin, size)});
        continue;
      }
      copied += size;
      if (copied > file_.size()) fail("tensor '" + name + "' and others repeat more numbers than the file holds");
      copies.push_back(copy_by_strides(view, storage, bytes_of(dtype)));
      tensors.push_back({name, dtype, view.shape, copies.back()});
    }
    return tensors;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const { throw DataError(path_.string() + ": " + what); }

  void read_zip() {
    const ZipArchive archive(file_, path_);
    const std::string folder = archive.folder();
    const std::string order = folder + "/byteorder";
    if (archive.has(order)) {
      const auto content = archive.content(order);
      if (text_at(content, 0, content.size()) != "little") fail("its numbers are not little-endian");
    }
    const auto object = archive.content(folder + "/data.pkl");
    const auto begin = static_cast<std::uint64_t>(object.data() - file_.data());
    if (pickle_.read(begin) != begin + object.size()) fail("data.pkl is longer or shorter than the pickle in it");
    read_dictionary();
    for (const auto& storage : pickle_.storages()) {
      const auto content = archive.content(folder + "/data/" + std::string(storage.key));
      require_size(storage, content.size());
      bytes_.push_back(content);
    }
  }

  /// Magic number, protocol, description of the machine, dictionary, keys of the storages: a pickle each; then each
  /// storage in the order of the keys, its number of elements as 64 bits before it.
  void read_old_form() {
    if (file_.size() < 2 || number_at<std::uint8_t>(file_, 0) != 0x80) {
      fail("is neither a zip archive nor a pickle; expected what torch.save(model.state_dict()) writes");
    }
    std::uint64_t at = pickle_.read(0);
    if (pickle_.result().kind != Kind::long_integer || pickle_.result().text != kOldMagic) {
      fail("does not begin with torch's magic number; expected what torch.save(model.state_dict()) writes");
    }
    at = pickle_.read(at);
    if (pickle_.result().kind != Kind::integer || pickle_.result().number != kOldProtocol) {
      fail("has another protocol than torch's 1001");
    }
    at = pickle_.read(at);
    check_machine();
    at = pickle_.read(at);
    read_dictionary();
    at = pickle_.read(at);
    place_storages(storage_order(), at);
  }

  void check_machine() const {
    const auto& items = pickle_.result().items;
    for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
      const auto &key = pickle_.object(items[i]), &value = pickle_.object(items[i + 1]);
      if (key.text == "little_endian" && value.number != 1) fail("its numbers are not little-endian");
    }
  }

  void read_dictionary() {
    const auto& dictionary = pickle_.result();
    if (dictionary.kind != Kind::dictionary && dictionary.kind != Kind::ordered_dictionary) {
      fail("holds no dictionary; expected what torch.save(model.state_dict()) writes");
    }
    std::set<std::string_view> names;
    for (std::size_t i = 0; i < dictionary.items.size(); i += 2) {
      const auto &key = pickle_.object(dictionary.items[i]), &value = pickle_.object(dictionary.items[i + 1]);
      if (key.kind != Kind::text || !is_printable(key.text)) fail("a key of the dictionary is no printable name");
      const std::string name(key.text);
      if (!names.insert(key.text).second) fail("tensor '" + name + "' is there twice");
      if (value.kind != Kind::tensor) {
        fail("the value of '" + name + "' is no tensor; expected what torch.save(model.state_dict()) writes");
      }
      named_.push_back({name, pickle_.tensors()[static_cast<std::size_t>(value.number)]});
    }
  }

  /// Places in `storages()`, in the order of the file.
  std::vector<std::size_t> storage_order() const {
    const auto& storages = pickle_.storages();
    std::map<std::string_view, std::size_t> places;
    for (std::size_t i = 0; i < storages.size(); ++i) places.emplace(storages[i].key, i);
    std::vector<std::size_t> order;
    if (pickle_.result().kind != Kind::list) fail("the list of storages is missing");
    for (const auto item : pickle_.result().items) {
      const auto found = places.find(pickle_.object(item).text);
      if (found == places.end()) fail("the list of storages names one that no tensor uses, or one twice");
      order.push_back(found->second);
      places.erase(found);
    }
    if (!places.empty()) fail("the list of storages lacks one that a tensor uses");
    return order;
  }

  void place_storages(const std::vector<std::size_t>& order, std::uint64_t at) {
    bytes_.resize(order.size());
    for (const auto place : order) {
      const auto& storage = pickle_.storages()[place];
      if (file_.size() - at < sizeof(std::uint64_t)) fail("the file is cut off before its storages end");
      if (number_at<std::uint64_t>(file_, at) != storage.elements) {
        fail("storage '" + std::string(storage.key) + "' has another number of elements than its tensors say");
      }
      at += sizeof(std::uint64_t);
      const std::uint64_t element = bytes_of(storage.dtype);
      if (storage.elements > (file_.size() - at) / element) fail("the file is cut off before its storages end");
      bytes_[place] = file_.subspan(at, storage.elements * element);
      at += storage.elements * element;
    }
    if (at != file_.size()) fail(std::to_string(file_.size() - at) + " bytes follow the last storage");
  }

  void require_size(const PickledStorage& storage, std::size_t size) const {
    const std::uint64_t element = bytes_of(storage.dtype);
    if (size % element == 0 && size / element == storage.elements) return;
    fail("storage '" + std::string(storage.key) + "' has " + std::to_string(size) + " bytes, but its tensors say " +
         std::to_string(storage.elements) + " elements of " + std::to_string(element) + " bytes");
  }

  Bytes file_;
  const std::filesystem::path& path_;
  Unpickler pickle_;
  std::vector<NamedTensor> named_;
  std::vector<Bytes> bytes_;  // of the storages
};

}  // namespace

TorchFile::TorchFile(const std::filesystem::path& path) : file_(path) {
  tensors_ = Reader(file_.bytes(), path).read(copies_);
}

}  // namespace cmgems::formats
