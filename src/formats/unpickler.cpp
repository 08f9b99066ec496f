#include "unpickler.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "cmgems/base/error.h"
#include "little_endian.h"

namespace cmgems::formats {
namespace {

/// pickletools' names.
enum Operation : std::uint8_t {
  op_mark = '(',
  op_empty_tuple = ')',
  op_stop = '.',
  op_binfloat = 'G',
  op_binint = 'J',
  op_binint1 = 'K',
  op_binint2 = 'M',
  op_none = 'N',
  op_binpersid = 'Q',
  op_reduce = 'R',
  op_binunicode = 'X',
  op_empty_list = ']',
  op_append = 'a',
  op_build = 'b',
  op_global = 'c',
  op_appends = 'e',
  op_binget = 'h',
  op_long_binget = 'j',
  op_binput = 'q',
  op_long_binput = 'r',
  op_setitem = 's',
  op_tuple = 't',
  op_setitems = 'u',
  op_empty_dict = '}',
  op_proto = 0x80,
  op_tuple1 = 0x85,
  op_tuple2 = 0x86,
  op_tuple3 = 0x87,
  op_newtrue = 0x88,
  op_newfalse = 0x89,
  op_long1 = 0x8A,
  op_short_binunicode = 0x8C,
  op_stack_global = 0x93,
  op_memoize = 0x94,
  op_frame = 0x95,
};

constexpr int kOldestProtocol = 2, kNewestProtocol = 5;
/// A state dictionary of 48 layers has about 16,000 objects and 3 marks.
constexpr std::size_t kMostObjects = 500'000, kMostMarks = 64, kLongestName = 100;

std::string hexadecimal(std::uint8_t byte) {
  constexpr std::string_view digits = "0123456789abcdef";
  return std::string("0x") + digits[byte >> 4] + digits[byte & 15];
}

}  // namespace

void Unpickler::fail(const std::string& what) const {
  throw DataError(path_.string() + ": byte " + std::to_string(at_) + ": " + what);
}

std::uint64_t Unpickler::read(std::uint64_t at) {
  at_ = at;
  done_ = false;
  objects_.clear();
  stack_.clear();
  marks_.clear();
  memo_.clear();
  if (take_number<std::uint8_t>() != op_proto) fail("no pickle of protocol 2 or later begins here");
  const int protocol = take_number<std::uint8_t>();
  if (protocol < kOldestProtocol || protocol > kNewestProtocol) {
    fail("pickle protocol " + std::to_string(protocol) + ", expected 2 to 5");
  }
  while (!done_) run(take_number<std::uint8_t>());
  return at_;
}

std::uint64_t Unpickler::take(std::uint64_t size) {
  if (at_ > file_.size() || size > file_.size() - at_) {
    fail("the pickle ends in the middle; the file is cut off or damaged");
  }
  at_ += size;
  return at_ - size;
}

template <class Number>
Number Unpickler::take_number() {
  return number_at<Number>(file_, take(sizeof(Number)));
}

std::string_view Unpickler::take_text(std::uint64_t size) { return text_at(file_, take(size), size); }

std::string_view Unpickler::take_line() {
  const auto rest = text_at(file_, at_, std::min<std::uint64_t>(file_.size() - at_, kLongestName + 1));
  const auto end = rest.find('\n');
  if (end == std::string_view::npos) fail("a name without an end, or of more than 100 characters");
  at_ += end + 1;
  return rest.substr(0, end);
}

void Unpickler::push(PickledObject object) {
  if (objects_.size() == kMostObjects) fail("more than 500000 objects, which no state dictionary has");
  stack_.push_back(static_cast<Index>(objects_.size()));
  objects_.push_back(std::move(object));
}

Unpickler::Index Unpickler::top() const {
  if (stack_.size() <= (marks_.empty() ? 0 : marks_.back())) fail("an operation without its operands");
  return stack_.back();
}

Unpickler::Index Unpickler::pop() {
  const auto index = top();
  stack_.pop_back();
  return index;
}

std::vector<Unpickler::Index> Unpickler::pop_to_mark() {
  if (marks_.empty()) fail("an operation without its mark");
  const auto begin = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
  std::vector<Index> items(begin, stack_.end());
  stack_.erase(begin, stack_.end());
  marks_.pop_back();
  return items;
}

void Unpickler::remember(std::uint64_t key) { memo_[key] = top(); }

void Unpickler::recall(std::uint64_t key) {
  const auto found = memo_.find(key);
  if (found == memo_.end()) fail("memo " + std::to_string(key) + " is used before it is set");
  if (stack_.size() == kMostObjects) fail("more than 500000 objects, which no state dictionary has");
  stack_.push_back(found->second);
}

void Unpickler::run(std::uint8_t operation) {
  if (run_constant(operation) || run_memo(operation) || run_container(operation)) return;
  switch (operation) {
    case op_global: {
      const auto module = take_line();
      return push_global(module, take_line());
    }
    case op_stack_global:
      return push_named();
    case op_binpersid:
      return push_storage();
    case op_reduce:
      return reduce();
    case op_build:
      return build();
    case op_frame: {
      const auto size = take_number<std::uint64_t>();
      if (size > file_.size() - at_) fail("a frame of " + std::to_string(size) + " bytes leaves the file");
      return;
    }
    case op_stop:
      result_ = pop();
      if (!stack_.empty() || !marks_.empty()) fail("the pickle stops with unused objects");
      done_ = true;
      return;
    default:
      fail(
          "operation " + hexadecimal(operation) +
          " is none of those that a state dictionary needs; expected a file that torch.save(model.state_dict()) wrote");
  }
}

bool Unpickler::run_constant(std::uint8_t operation) {
  switch (operation) {
    case op_none:
      return push({}), true;
    case op_newtrue:
    case op_newfalse:
      return push({Kind::boolean, operation == op_newtrue ? 1 : 0, {}, {}}), true;
    case op_binint:
      return push_integer(take_number<std::int32_t>()), true;
    case op_binint1:
      return push_integer(take_number<std::uint8_t>()), true;
    case op_binint2:
      return push_integer(take_number<std::uint16_t>()), true;
    case op_long1:
      return push_long(), true;
    case op_binfloat:  // nothing that is kept depends on its value
      take(8);
      return push({Kind::real, 0, {}, {}}), true;
    case op_binunicode:
      return push({Kind::text, 0, take_text(take_number<std::uint32_t>()), {}}), true;
    case op_short_binunicode:
      return push({Kind::text, 0, take_text(take_number<std::uint8_t>()), {}}), true;
    default:
      return false;
  }
}

bool Unpickler::run_memo(std::uint8_t operation) {
  switch (operation) {
    case op_binput:
      return remember(take_number<std::uint8_t>()), true;
    case op_long_binput:
      return remember(take_number<std::uint32_t>()), true;
    case op_memoize:
      return remember(memo_.size()), true;
    case op_binget:
      return recall(take_number<std::uint8_t>()), true;
    case op_long_binget:
      return recall(take_number<std::uint32_t>()), true;
    default:
      return false;
  }
}

bool Unpickler::run_container(std::uint8_t operation) {
  switch (operation) {
    case op_mark:
      if (marks_.size() == kMostMarks) fail("nested more than 64 deep");
      return marks_.push_back(stack_.size()), true;
    case op_empty_tuple:
      return push({Kind::tuple, 0, {}, {}}), true;
    case op_empty_list:
      return push({Kind::list, 0, {}, {}}), true;
    case op_empty_dict:
      return push({Kind::dictionary, 0, {}, {}}), true;
    case op_tuple1:
    case op_tuple2:
    case op_tuple3:
      return push_tuple(std::size_t{operation} - op_tuple1 + 1), true;
    case op_tuple:
      return push({Kind::tuple, 0, {}, pop_to_mark()}), true;
    case op_append:
      return append({pop()}, Kind::list), true;
    case op_appends:
      return append(pop_to_mark(), Kind::list), true;
    case op_setitem: {
      const auto value = pop(), key = pop();
      return append({key, value}, Kind::dictionary), true;
    }
    case op_setitems:
      return append(pop_to_mark(), Kind::dictionary), true;
    default:
      return false;
  }
}

/// Two's complement, least significant byte first. torch's magic number has 10 bytes.
void Unpickler::push_long() {
  const auto bytes = take_text(take_number<std::uint8_t>());
  if (bytes.size() > sizeof(std::int64_t)) return push({Kind::long_integer, 0, bytes, {}});
  std::array<char, sizeof(std::int64_t)> number{};
  number.fill(!bytes.empty() && bytes.back() < 0 ? '\xFF' : '\0');
  std::memcpy(number.data(), bytes.data(), bytes.size());
  std::int64_t value = 0;
  std::memcpy(&value, number.data(), sizeof value);
  push_integer(value);
}

void Unpickler::push_tuple(std::size_t size) {
  std::vector<Index> items(size);
  for (std::size_t i = size; i-- > 0;) items[i] = pop();
  push({Kind::tuple, 0, {}, std::move(items)});
}

void Unpickler::append(const std::vector<Index>& items, Kind kind) {
  auto& target = objects_[top()];
  const bool dictionary = target.kind == Kind::dictionary || target.kind == Kind::ordered_dictionary;
  if (kind == Kind::list ? target.kind != Kind::list : !dictionary) {
    fail(kind == Kind::list ? "an element for what is no list" : "an item for what is no dictionary");
  }
  if (kind == Kind::dictionary && items.size() % 2 != 0) fail("a dictionary's key without a value");
  target.items.insert(target.items.end(), items.begin(), items.end());
}

}  // namespace cmgems::formats
