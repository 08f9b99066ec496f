// What a state dictionary is made of beside plain objects: the allowed names, storages and tensors.
#include <algorithm>
#include <array>

#include "cmgems/base/error.h"
#include "unpickler.h"

namespace cmgems::formats {
namespace {

enum Name : std::uint8_t { ordered_dictionary, rebuild_view, rebuild_plain_parameter, first_storage };

struct AllowedName {
  std::string_view module, name;
  DType dtype = DType::f32;  // of a storage
};
/// In the order of Name; the storages come last.
constexpr std::array<AllowedName, 13> kAllowed{{{"collections", "OrderedDict"},
                                                {"torch._utils", "_rebuild_tensor_v2"},
                                                {"torch._utils", "_rebuild_parameter"},
                                                {"torch", "FloatStorage", DType::f32},
                                                {"torch", "HalfStorage", DType::f16},
                                                {"torch", "BFloat16Storage", DType::bf16},
                                                {"torch", "DoubleStorage", DType::f64},
                                                {"torch", "LongStorage", DType::i64},
                                                {"torch", "IntStorage", DType::i32},
                                                {"torch", "ShortStorage", DType::i16},
                                                {"torch", "CharStorage", DType::i8},
                                                {"torch", "ByteStorage", DType::u8},
                                                {"torch", "BoolStorage", DType::boolean}}};

constexpr std::size_t kMostDimensions = 16, kLongestShown = 100;

/// Names come from the file: what a terminal could take for a command becomes '?'.
std::string shown(std::string_view text) {
  std::string result(text.substr(0, kLongestShown));
  std::ranges::replace_if(result, [](char c) { return c < ' ' || c > '~'; }, '?');
  return result;
}

}  // namespace

void Unpickler::push_global(std::string_view module, std::string_view name) {
  const auto* found = std::ranges::find_if(
      kAllowed, [&](const AllowedName& allowed) { return allowed.module == module && allowed.name == name; });
  if (found == kAllowed.end()) {
    fail("the pickle asks for '" + shown(module) + "." + shown(name) +
         "', which no dictionary of tensors needs; code in model files is never run: save the weights alone, with "
         "torch.save(model.state_dict(), FILE)");
  }
  push({Kind::global, found - kAllowed.begin(), {}, {}});
}

void Unpickler::push_named() {
  const auto name = pop(), module = pop();
  push_global(expect(module, Kind::text, "a module's name").text, expect(name, Kind::text, "a name").text);
}

const PickledObject& Unpickler::expect(Index index, Kind kind, const std::string& what) const {
  const auto& object = objects_[index];
  if (object.kind != kind) fail("expected " + what);
  return object;
}

/// ('storage', type, key, device, elements), and None for the view of the older form.
void Unpickler::push_storage() {
  const auto& parts = expect(pop(), Kind::tuple, "a tuple that describes a storage").items;
  const bool old_form = parts.size() == 6;
  if (!old_form && parts.size() != 5)
    fail("a storage is described by 5 or 6 values, not " + std::to_string(parts.size()));
  if (expect(parts[0], Kind::text, "the word storage").text != "storage") fail("expected the word storage");
  const auto type = expect(parts[1], Kind::global, "the type of a storage").number;
  if (type < first_storage) fail("expected the type of a storage");
  PickledStorage storage;
  storage.dtype = kAllowed[static_cast<std::size_t>(type)].dtype;
  storage.key = expect(parts[2], Kind::text, "the key of a storage").text;
  if (!is_printable(storage.key)) fail("the key of a storage is not printable");
  const auto elements = expect(parts[4], Kind::integer, "the number of elements of a storage").number;
  if (elements < 0) fail("a storage of " + std::to_string(elements) + " elements");
  storage.elements = static_cast<std::uint64_t>(elements);
  if (old_form && objects_[parts[5]].kind != Kind::none) {
    fail("storage '" + std::string(storage.key) + "' is a view of another one, which torch has not written since 2017");
  }
  const auto [known, fresh] = storage_of_key_.emplace(storage.key, storages_.size());
  if (fresh) {
    storages_.push_back(storage);
  } else if (storages_[known->second].dtype != storage.dtype || storages_[known->second].elements != storage.elements) {
    fail("storage '" + std::string(storage.key) + "' has two types or two sizes");
  }
  push({Kind::storage, static_cast<std::int64_t>(known->second), {}, {}});
}

void Unpickler::reduce() {
  const auto arguments = expect(pop(), Kind::tuple, "a tuple of arguments").items;
  switch (expect(pop(), Kind::global, "a name to make an object with").number) {
    case ordered_dictionary:
      if (!arguments.empty()) fail("expected an OrderedDict without arguments");
      return push({Kind::ordered_dictionary, 0, {}, {}});
    case rebuild_view:
      return rebuild_tensor(arguments);
    case rebuild_plain_parameter:
      return rebuild_parameter(arguments);
    default:
      fail("a storage's type is no function");
  }
}

/// state_dict() carries version numbers in an attribute, _metadata; nothing here needs them.
void Unpickler::build() {
  const auto& state = expect(pop(), Kind::dictionary, "the attributes of an OrderedDict").items;
  expect(top(), Kind::ordered_dictionary, "an OrderedDict that has attributes");
  if (state.size() != 2 || expect(state[0], Kind::text, "an attribute's name").text != "_metadata") {
    fail("a dictionary has other attributes than _metadata");
  }
}

/// (storage, offset, sizes, strides, requires_grad, hooks), and the metadata of newer versions.
void Unpickler::rebuild_tensor(const std::vector<Index>& arguments) {
  if (arguments.size() != 6 && arguments.size() != 7) {
    fail("_rebuild_tensor_v2 takes 6 or 7 arguments, not " + std::to_string(arguments.size()));
  }
  const auto hooks = objects_[arguments[5]].kind;
  const bool plain = (hooks == Kind::ordered_dictionary || hooks == Kind::none) && objects_[arguments[5]].items.empty();
  if (!plain) fail("a tensor has hooks; code in model files is never run");
  if (arguments.size() == 7 && objects_[arguments[6]].kind != Kind::none) {
    fail("a tensor is marked as conjugate or negative, which weights are not");
  }
  PickledTensor tensor;
  tensor.storage = static_cast<std::size_t>(expect(arguments[0], Kind::storage, "the storage of a tensor").number);
  const auto offset = expect(arguments[1], Kind::integer, "the offset of a tensor").number;
  if (offset < 0) fail("a tensor begins at element " + std::to_string(offset) + " of its storage");
  tensor.offset = static_cast<std::uint64_t>(offset);
  tensor.shape = sizes_of(arguments[2], "sizes");
  tensor.strides = sizes_of(arguments[3], "strides");
  check_view(tensor);
  tensors_.push_back(std::move(tensor));
  push({Kind::tensor, static_cast<std::int64_t>(tensors_.size()) - 1, {}, {}});
}

/// (tensor, requires_grad, hooks)
void Unpickler::rebuild_parameter(const std::vector<Index>& arguments) {
  if (arguments.size() != 3) fail("_rebuild_parameter takes 3 arguments, not " + std::to_string(arguments.size()));
  const auto number = expect(arguments[0], Kind::tensor, "the tensor of a parameter").number;
  if (!objects_[arguments[2]].items.empty()) fail("a parameter has hooks; code in model files is never run");
  push({Kind::tensor, number, {}, {}});
}

std::vector<std::int64_t> Unpickler::sizes_of(Index tuple, const std::string& what) const {
  std::vector<std::int64_t> sizes;
  for (const auto item : expect(tuple, Kind::tuple, "a tuple of " + what).items) {
    const auto size = expect(item, Kind::integer, "a whole number among the " + what).number;
    if (size < 0) fail("the tensor has " + std::to_string(size) + " among its " + what);
    sizes.push_back(size);
  }
  if (sizes.size() > kMostDimensions) fail("a tensor of " + std::to_string(sizes.size()) + " dimensions");
  return sizes;
}

/// No element outside of the storage, and no more elements than it has: a stride of 0 could stand for any number.
void Unpickler::check_view(const PickledTensor& tensor) const {
  const auto available = storages_[tensor.storage].elements;
  if (tensor.strides.size() != tensor.shape.size()) {
    fail("a tensor has " + std::to_string(tensor.shape.size()) + " sizes and " + std::to_string(tensor.strides.size()) +
         " strides");
  }
  bool sound = true;
  std::uint64_t last = tensor.offset, elements = 1;
  for (std::size_t i = 0; i < tensor.shape.size(); ++i) {
    const auto size = static_cast<std::uint64_t>(tensor.shape[i]);
    std::uint64_t reach = 0;
    sound = sound && !__builtin_mul_overflow(elements, size, &elements);
    sound = sound && !__builtin_mul_overflow(size == 0 ? 0 : size - 1, tensor.strides[i], &reach);
    sound = sound && !__builtin_add_overflow(last, reach, &last);
  }
  const bool empty = std::ranges::find(tensor.shape, 0) != tensor.shape.end();
  if (empty ? tensor.offset <= available : sound && last < available && elements <= available) return;
  fail("a tensor of shape " + shape_text(tensor.shape) + " from element " + std::to_string(tensor.offset) +
       " leaves its storage of " + std::to_string(available) + " elements");
}

}  // namespace cmgems::formats
