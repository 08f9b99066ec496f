// A machine for the pickles that torch.save writes of a state dictionary, and for nothing else: a closed list of
// operations and of names, no code is ever looked up or called. Objects live in one flat list, so that neither nesting
// nor cycles cost stack; texts are views into the file. Private to this layer.
// Source: CPython's Lib/pickletools.py (operations), torch/serialization.py and torch/_utils.py (names).
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "cmgems/formats/tensor.h"

namespace cmgems::formats {

/// Numbers that one or more tensors are views of; its bytes lie elsewhere in the file, under `key`.
struct PickledStorage {
  DType dtype = DType::f32;
  std::string_view key;
  std::uint64_t elements = 0;
};

/// A view of a storage; checked to lie within it and to have no more numbers than it.
struct PickledTensor {
  std::size_t storage = 0;
  std::uint64_t offset = 0;  // in numbers, as the strides
  std::vector<std::int64_t> shape, strides;
};

struct PickledObject {
  enum class Kind : std::uint8_t {
    none,
    boolean,
    integer,
    long_integer,  // more than 64 bits, in `text`
    real,
    text,
    tuple,
    list,
    dictionary,  // items: key, value, key, value
    ordered_dictionary,
    global,  // number: place in the list of names
    storage,
    tensor,
  };
  Kind kind = Kind::none;
  std::int64_t number = 0;
  std::string_view text;
  std::vector<std::uint32_t> items;
};

class Unpickler {
 public:
  /// Both must outlive the object. `file`: what the texts are views of.
  Unpickler(std::span<const std::byte> file, const std::filesystem::path& path) : file_(file), path_(path) {}

  /// Reads the pickle that begins at byte `at` of the file and returns the place behind it; `result()` is then its
  /// object. Storages of earlier pickles stay. Throws: DataError (path, byte, what is wrong).
  std::uint64_t read(std::uint64_t at);
  const PickledObject& result() const { return objects_[result_]; }
  const PickledObject& object(std::uint32_t index) const { return objects_[index]; }
  const std::vector<PickledStorage>& storages() const { return storages_; }
  const std::vector<PickledTensor>& tensors() const { return tensors_; }

 private:
  using Kind = PickledObject::Kind;
  using Index = std::uint32_t;

  [[noreturn]] void fail(const std::string& what) const;
  // Bytes of the pickle.
  std::uint64_t take(std::uint64_t size);
  template <class Number>
  Number take_number();
  std::string_view take_text(std::uint64_t size);
  std::string_view take_line();
  // Stack, marks and memo.
  void push(PickledObject object);
  void push_integer(std::int64_t number) { push({Kind::integer, number, {}, {}}); }
  Index pop();
  std::vector<Index> pop_to_mark();
  Index top() const;
  void remember(std::uint64_t key);
  void recall(std::uint64_t key);
  // Operations.
  void run(std::uint8_t operation);
  bool run_constant(std::uint8_t operation);
  bool run_memo(std::uint8_t operation);
  bool run_container(std::uint8_t operation);
  void push_long();
  void push_tuple(std::size_t size);
  void push_global(std::string_view module, std::string_view name);
  void push_named();
  void push_storage();
  void append(const std::vector<Index>& items, Kind kind);
  void reduce();
  void build();
  // torch's two functions.
  void rebuild_tensor(const std::vector<Index>& arguments);
  void rebuild_parameter(const std::vector<Index>& arguments);
  std::vector<std::int64_t> sizes_of(Index tuple, const std::string& what) const;
  void check_view(const PickledTensor& tensor) const;
  const PickledObject& expect(Index index, Kind kind, const std::string& what) const;

  std::span<const std::byte> file_;
  const std::filesystem::path& path_;
  std::uint64_t at_ = 0;
  bool done_ = false;
  Index result_ = 0;
  std::vector<PickledObject> objects_;
  std::vector<Index> stack_;
  std::vector<std::size_t> marks_;
  std::unordered_map<std::uint64_t, Index> memo_;
  std::vector<PickledStorage> storages_;
  std::unordered_map<std::string_view, std::size_t> storage_of_key_;
  std::vector<PickledTensor> tensors_;
};

}  // namespace cmgems::formats
