#include "cmgems/formats/torch_file.h"

#include <cstring>

#include "cmgems/base/error.h"
#include "support/catch.h"
#include "support/thrown.h"
#include "support/torch_save.h"

using namespace cmgems;
using namespace cmgems::test::pickled;
using formats::DType;
using formats::TorchFile;

namespace {

const std::string kNumbers = test::little_endian<std::uint64_t>(0x0201) + std::string(16, '\7');  // 6 floats
const std::string kStorage = storage("Float", "0", 6);
const std::string kWeight = tensor(kStorage, 0, {2, 3}, {3, 1});
const std::string kGood = dictionary({{"weight", kWeight}});
const std::string kGoodZip = test::zip_form(kGood, {kNumbers});

/// The message of the DataError that reading `content` gives, without the path; empty when it reads.
std::string error_of(const std::string& content) {
  const test::TemporaryFolder folder;
  const auto path = folder.write("pytorch_model.bin", content);
  const auto message = test::message_of<DataError>([&] { TorchFile file(path); });
  if (!message.empty()) REQUIRE(message.find(path.string()) == 0);
  return message.empty() ? message : message.substr(path.string().size());
}

std::string error_of_pickle(const std::string& pickle) { return error_of(test::zip_form(pickle, {kNumbers})); }

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

struct Change {
  const char* what;
  std::string from, to, message;
};

/// One change of a good pickle each.
void check_changes(const std::vector<Change>& changes) {
  REQUIRE(error_of_pickle(kGood).empty());
  for (const auto& change : changes) {
    INFO(change.what);
    const auto error = error_of_pickle(replaced(kGood, change.from, change.to));
    CHECK_THAT(error, Catch::Contains(change.message));
  }
}

std::string bytes_of(const formats::TensorView& view) {
  return {reinterpret_cast<const char*>(view.bytes.data()), view.bytes.size()};
}

}  // namespace

TEST_CASE("tensors of a zip file are views of its storages") {
  const test::TemporaryFolder folder;
  const std::string words = storage("Long", "1", 2);
  const auto pickle = dictionary({{"weight", kWeight},
                                  {"row", tensor(kStorage, 3, {3}, {1})},
                                  {"turned", tensor(kStorage, 0, {3, 2}, {1, 3})},
                                  {"words", tensor(words, 0, {2}, {1})},
                                  {"scalar", tensor(words, 1, {}, {})},
                                  {"nothing", tensor(words, 0, {0, 4}, {4, 1})}});
  std::string numbers, turned;
  for (const char c : {'a', 'b', 'c', 'd', 'e', 'f'}) numbers += std::string(4, c);
  for (const char c : {'a', 'd', 'b', 'e', 'c', 'f'}) turned += std::string(4, c);
  const TorchFile file(folder.write("x.bin", test::zip_form(pickle, {numbers, "12345678abcdefgh"})));
  REQUIRE(file.tensors().size() == 6);
  CHECK(file.tensors()[0].name == "weight");
  CHECK(file.tensors()[0].dtype == DType::f32);
  CHECK(file.tensors()[0].shape == std::vector<std::int64_t>{2, 3});
  CHECK(bytes_of(file.tensors()[0]) == numbers);
  CHECK(bytes_of(file.tensors()[1]) == numbers.substr(12));
  CHECK(bytes_of(file.tensors()[2]) == turned);
  CHECK(file.tensors()[3].dtype == DType::i64);
  CHECK(bytes_of(file.tensors()[3]) == "12345678abcdefgh");
  CHECK(file.tensors()[4].shape.empty());
  CHECK(bytes_of(file.tensors()[4]) == "abcdefgh");
  CHECK(file.tensors()[5].bytes.empty());
}

TEST_CASE("every type of storage is known") {
  const std::vector<std::pair<std::string, DType>> types{
      {"Float", DType::f32}, {"Half", DType::f16},    {"BFloat16", DType::bf16}, {"Double", DType::f64},
      {"Long", DType::i64},  {"Int", DType::i32},     {"Short", DType::i16},     {"Char", DType::i8},
      {"Byte", DType::u8},   {"Bool", DType::boolean}};
  for (const auto& [name, dtype] : types) {
    const test::TemporaryFolder folder;
    const auto pickle = dictionary({{"x", tensor(storage(name, "0", 3), 0, {3}, {1})}});
    const TorchFile file(
        folder.write("x.bin", test::zip_form(pickle, {std::string(3 * formats::bytes_of(dtype), 'x')})));
    CHECK(file.tensors().at(0).dtype == dtype);
  }
}

TEST_CASE("the other spellings of protocols 2 to 5 are read") {
  // Protocol 4: frame, short texts, MEMOIZE and STACK_GLOBAL; memo and small numbers.
  const std::string ordered = std::string("\x8c\x0b") + "collections\x94\x8c\x0bOrderedDict\x94\x93\x94)R";
  const std::string four =
      "\x80\x04\x95" + test::little_endian<std::uint64_t>(20) + ordered + "(" + text("weight") + kWeight + "u.";
  CHECK(error_of_pickle(four) == "");
  // A dictionary with attributes, a parameter, numbers as LONG1 and BININT2, values from the memo.
  const std::string parameter =
      global("torch._utils", "_rebuild_parameter") + "(" + kWeight + "\x88" + kOrderedDict + "tR";
  const std::string metadata = "}" + text("_metadata") + kOrderedDict + "sb.";
  auto attributes = dictionary({{"weight", parameter}, {"again", tensor(kStorage, 0, {6}, {1})}});
  attributes.replace(attributes.size() - 1, 1, metadata);
  CHECK(error_of_pickle(attributes) == "");
  CHECK(error_of_pickle(replaced(kGood, integer(6), std::string("\x8a\1\6", 3))) == "");
  CHECK(error_of_pickle(replaced(kGood, integer(6), std::string("M\6\0", 3))) == "");
  CHECK(error_of_pickle(dictionary({{"a", kWeight + "q\7"}, {"b", "h\7"}})) == "");
  const std::string place("\1\2\3\0", 4);
  CHECK(error_of_pickle(dictionary({{"a", kWeight + "r" + place}, {"b", "j" + place}})) == "");
}

TEST_CASE("code in a pickle is refused by name and never run") {
  const std::string never = "code in model files is never run";
  check_changes({
      {"another module", global("collections", "OrderedDict"), global("posix", "system"), "asks for 'posix.system'"},
      {"the reason", global("collections", "OrderedDict"), global("posix", "system"), never},
      {"by the stack", global("torch._utils", "_rebuild_tensor_v2"), text("builtins") + text("eval") + "\x93",
       "asks for 'builtins.eval'"},
      {"another function of torch", "_rebuild_tensor_v2", "_rebuild_wrapper_subclass",
       "torch._utils._rebuild_wrapper_subclass"},
      {"another type of storage", "FloatStorage", "QInt8Storage", "asks for 'torch.QInt8Storage'"},
      {"a name for the terminal", global("torch", "FloatStorage"), global("\x1b[2J", "x"), "asks for '?[2J.x'"},
      {"a name without an end", global("torch", "FloatStorage"), "c" + std::string(200, 'x'),
       "more than 100 characters"},
      {"hooks of a tensor", "\x89" + kOrderedDict, "\x89" + kOrderedDict + "K\1K\2s", "a tensor has hooks"},
      {"NEWOBJ", ")R", ")\x81", "operation 0x81 is none"},
      {"INST", ")R", "i", "operation 0x69 is none"},
      {"EXT1", ")R", "\x82\1", "operation 0x82 is none"},
      {"a type called", global("torch._utils", "_rebuild_tensor_v2"), global("torch", "FloatStorage"), "no function"},
      {"arguments of a dictionary", ")R", "K\1\x85R", "OrderedDict without arguments"},
  });
}

TEST_CASE("damage of a pickle is found") {
  check_changes({
      {"protocol 1", "\x80\x02", "\x80\x01", "pickle protocol 1, expected 2 to 5"},
      {"protocol 6", "\x80\x02", "\x80\x06", "pickle protocol 6"},
      {"text mode", "\x80\x02", "(lp", "no pickle of protocol 2 or later"},
      {"a text longer than the file", std::string("X\6\0\0\0weight", 11), "X\xff\xff\xff\x7fweight",
       "ends in the middle"},
      {"no operands", "tQ", "tQ00", "operation 0x30"},
      {"an empty stack", "\x80\x02", "\x80\x02R", "without its operands"},
      {"no mark", "\x80\x02", "\x80\x02t", "without its mark"},
      {"a memo that is not set", text("cpu"), "h\7", "memo 7 is used before it is set"},
      {"many marks", "\x80\x02", "\x80\x02" + std::string(65, '('), "nested more than 64 deep"},
      {"many objects", "\x80\x02", "\x80\x02" + std::string(500'001, ')'), "more than 500000 objects"},
      {"a frame longer than the file", "\x80\x02", "\x80\x04\x95" + test::little_endian<std::uint64_t>(1 << 20),
       "a frame of 1048576 bytes leaves the file"},
      {"a key without a value", text("weight"), text("weight") + "N", "key without a value"},
      {"an element for a dictionary", text("weight") + kWeight + "u", "Na" + text("weight") + kWeight + "u",
       "without its operands"},
      {"an item for a tuple", "u.", "u)K\1K\2s.", "an item for what is no dictionary"},
      {"an element for a tuple", "u.", "u)K\1a.", "an element for what is no list"},
      {"unused objects", "\x80\x02", "\x80\x02N", "stops with unused objects"},
      {"bytes behind the end", "u.", "u.N", "data.pkl is longer or shorter"},
      {"attributes", "u.", "u}" + text("__class__") + "Nsb.", "other attributes than _metadata"},
      {"attributes of a tuple", "u.", "u)}" + text("_metadata") + "Nsb.", "an OrderedDict that has attributes"},
  });
  for (std::size_t size = 0; size < kGood.size(); ++size) CHECK(error_of_pickle(kGood.substr(0, size)) != "");
}

TEST_CASE("values that are no weights are found") {
  check_changes({
      {"a value that is no tensor", kWeight, "K\1", "the value of 'weight' is no tensor"},
      {"a key that is no text", text("weight"), "K\1", "is no printable name"},
      {"a key for the terminal", text("weight"), text("we\x1bght"), "is no printable name"},
      {"a list", kGood.substr(2), "].", "holds no dictionary"},
  });
  CHECK_THAT(error_of_pickle(dictionary({{"a", kWeight}, {"a", kWeight}})), Catch::Contains("'a' is there twice"));
}

TEST_CASE("a tensor never leaves its storage") {
  const auto error = [](std::int32_t offset, const std::vector<std::int64_t>& shape,
                        const std::vector<std::int64_t>& strides) {
    return error_of_pickle(dictionary({{"weight", tensor(kStorage, offset, shape, strides)}}));
  };
  CHECK(error(0, {2, 3}, {3, 1}) == "");
  CHECK_THAT(error(1, {2, 3}, {3, 1}), Catch::Contains("shape [2, 3] from element 1 leaves its storage of 6 elements"));
  CHECK_THAT(error(0, {2, 4}, {3, 1}), Catch::Contains("leaves its storage"));
  CHECK_THAT(error(0, {2, 3}, {4, 1}), Catch::Contains("leaves its storage"));
  CHECK_THAT(error(7, {}, {}), Catch::Contains("leaves its storage"));
  CHECK_THAT(error(7, {0}, {1}), Catch::Contains("leaves its storage"));
  CHECK_THAT(error(0, {1000000, 1000000}, {0, 0}), Catch::Contains("leaves its storage"));  // 4 TB of one number
  CHECK_THAT(error(0, {-2, 3}, {3, 1}), Catch::Contains("has -2 among its sizes"));
  CHECK_THAT(error(0, {2, 3}, {3, -1}), Catch::Contains("has -1 among its strides"));
  CHECK_THAT(error(-1, {2}, {1}), Catch::Contains("begins at element -1"));
  CHECK_THAT(error(0, {2, 3}, {3}), Catch::Contains("2 sizes and 1 strides"));
  CHECK_THAT(error(0, std::vector<std::int64_t>(17, 1), std::vector<std::int64_t>(17, 1)),
             Catch::Contains("17 dimensions"));
  // 2^62 * 4 wraps round to 0 in 64 bits.
  const std::string huge = "\x8a\x08" + test::little_endian(std::int64_t{1} << 62);
  CHECK_THAT(error_of_pickle(replaced(kGood, "(" + integer(2) + integer(3) + "t", "(" + huge + integer(4) + "t")),
             Catch::Contains("leaves its storage"));
  CHECK(error_of_pickle(replaced(kGood, "(" + integer(2) + integer(3) + "t",  // no element, whatever the other sizes
                                 "(" + integer(0) + huge + "t")) == "");
  CHECK_THAT(error_of_pickle(replaced(kGood, "\x89" + kOrderedDict, "\x89" + kOrderedDict + "}K\1K\2s")),
             Catch::Contains("conjugate or negative"));
}

TEST_CASE("turned tensors do not multiply the memory") {
  std::vector<std::pair<std::string, std::string>> items;
  const auto big = storage("Float", "0", 10'000);
  const auto add = [&](int count) {
    for (int i = 0; i < count; ++i)
      items.emplace_back("t" + std::to_string(items.size()), tensor(big, 0, {100, 100}, {1, 100}));
    return error_of(test::zip_form(dictionary(items), {std::string(40'000, 'x')}));
  };
  CHECK(add(1) == "");
  CHECK_THAT(add(2), Catch::Contains("repeat more numbers than the file holds"));
}

TEST_CASE("storages are what the pickle says") {
  check_changes({
      {"more elements", integer(6), integer(7), "storage '0' has 24 bytes, but its tensors say 7 elements of 4 bytes"},
      {"a wider type", "FloatStorage", "LongStorage", "but its tensors say 6 elements of 8 bytes"},
      {"negative elements", integer(6), integer(-6), "a storage of -6 elements"},
      {"no such storage", text("0"), text("9"), "there is no record archive/data/9"},
      {"a key with a folder", text("0"), text("../0"), "there is no record archive/data/../0"},
      {"a key for the terminal", text("0"), text("\x1b"), "not printable"},
      {"another persistent object", text("storage"), text("module"), "expected the word storage"},
      {"no type", global("torch", "FloatStorage"), global("collections", "OrderedDict"),
       "expected the type of a storage"},
      {"no tuple", "tQ", "tK\1Q", "expected a tuple that describes a storage"},
      {"three values", "(" + text("storage"), "(", "5 or 6 values, not 4"},
  });
  const auto two = [](const std::string& second) {
    return error_of_pickle(dictionary({{"a", kWeight}, {"b", tensor(second, 0, {2}, {1})}}));
  };
  CHECK(two(kStorage) == "");
  CHECK_THAT(two(storage("Float", "0", 5)), Catch::Contains("storage '0' has two types or two sizes"));
  CHECK_THAT(two(storage("Int", "0", 6)), Catch::Contains("storage '0' has two types or two sizes"));
}

TEST_CASE("damage of the zip archive is found") {
  const auto broken = [](const std::string& from, const std::string& to) {
    return error_of(replaced(kGoodZip, from, to));
  };
  REQUIRE(error_of(kGoodZip).empty());
  const std::string central = "PK\1\2", end = "PK\5\6";
  const auto first = kGoodZip.find(central);
  const auto changed = [&](std::size_t at, char value) {
    auto copy = kGoodZip;
    copy[at] = value;
    return error_of(copy);
  };
  CHECK_THAT(changed(first + 8, '\1'), Catch::Contains("archive/data.pkl is encrypted"));
  CHECK_THAT(changed(first + 10, '\x8'), Catch::Contains("archive/data.pkl is compressed"));
  CHECK_THAT(changed(first + 24, '\1'), Catch::Contains("has two sizes"));
  CHECK_THAT(changed(first + 42, '\1'), Catch::Contains("is not where the directory says"));
  CHECK_THAT(changed(first + 45, '\1'), Catch::Contains("is not where the directory says"));
  CHECK_THAT(changed(first + 28, '\xFF'), Catch::Contains("a record's name leaves the directory"));
  CHECK_THAT(changed(first + 46, 'A'), Catch::Contains("Archive/data.pkl has two names"));
  CHECK_THAT(changed(first + 46, '\x1b'), Catch::Contains("printable ASCII"));
  CHECK_THAT(broken(central, "PK\1\3"), Catch::Contains("fewer records than it announces"));
  CHECK_THAT(changed(kGoodZip.find(kNumbers), '\x55'), Catch::Contains("archive/data/0 does not have its CRC-32"));
  CHECK_THAT(changed(kGoodZip.find("OrderedDict"), 'o'), Catch::Contains("archive/data.pkl does not have its CRC-32"));
  const auto last = kGoodZip.find(end);
  CHECK_THAT(changed(last + 4, '\1'), Catch::Contains("one of several parts"));
  CHECK_THAT(changed(last + 10, '\3'), Catch::Contains("another size than it announces"));
  CHECK_THAT(changed(last + 10, '\5'), Catch::Contains("fewer records than it announces"));
  CHECK_THAT(changed(last + 19, '\1'), Catch::Contains("central directory lies outside of the file"));
  CHECK_THAT(error_of(kGoodZip.substr(0, kGoodZip.size() - 1)), Catch::Contains("no end of a central directory"));
  CHECK_THAT(error_of(test::zip({{"a/data.pkl", kGood}, {"a/data.pkl", kGood}})),
             Catch::Contains("two records are named a/data.pkl"));
  CHECK_THAT(error_of(test::zip({{"a/data.pkl", kGood}, {"b/data.pkl", kGood}})),
             Catch::Contains("two records are named data.pkl"));
  CHECK_THAT(error_of(test::zip({{"a/code", kGood}})), Catch::Contains("without NAME/data.pkl"));
  CHECK_THAT(error_of(test::zip({{"a/data.pkl", kGood}, {"a/byteorder", "big"}})),
             Catch::Contains("not little-endian"));
}

TEST_CASE("64-bit sizes of a zip archive are read where they stand") {
  // The first central record's two sizes and its place, and the end record's three numbers, moved to zip64 fields.
  auto file = kGoodZip;
  const auto first = file.find("PK\1\2"), last = file.find("PK\5\6");
  const auto name_size = std::string("archive/data.pkl").size();
  const auto size = test::little_endian<std::uint64_t>(kGood.size());
  const std::string extra =
      std::string("\x77\0\2\0zz", 6) + std::string("\1\0\x18\0", 4) + size + size + std::string(8, '\0');
  const std::string elsewhere(4, '\xFF');
  auto directory = file.substr(first, last - first);
  directory.replace(20, 8, elsewhere + elsewhere).replace(42, 4, elsewhere);
  directory[30] = static_cast<char>(extra.size());
  directory.insert(46 + name_size, extra);
  const std::string count = test::little_endian<std::uint64_t>(4);
  const std::string end64 = "PK\6\6" + test::little_endian<std::uint64_t>(44) + std::string(12, '\0') + count + count +
                            test::little_endian<std::uint64_t>(directory.size()) +
                            test::little_endian<std::uint64_t>(first);
  const std::string locator = "PK\6\7" + std::string(4, '\0') +
                              test::little_endian<std::uint64_t>(first + directory.size()) + std::string("\1\0\0\0", 4);
  const std::string end = "PK\5\6" + std::string(4, '\0') + std::string(12, '\xFF') + std::string(2, '\0');
  const auto whole = file.substr(0, first) + directory + end64 + locator + end;
  CHECK(error_of(whole) == "");
  CHECK_THAT(error_of(replaced(whole, "PK\6\6", "PK\6\5")), Catch::Contains("no zip64 end"));
  CHECK_THAT(error_of(replaced(whole, std::string("\1\0\x18\0", 4), std::string("\1\0\x08\0", 4))),
             Catch::Contains("no 64-bit sizes where they should be"));
  CHECK_THAT(error_of(replaced(whole, std::string("\x77\0\2\0", 4), std::string("\x77\0\xFF\0", 4))),
             Catch::Contains("no 64-bit sizes where they should be"));
}

TEST_CASE("the older form without zip is read, and its damage found") {
  const auto named = [](const std::string& key, std::int32_t elements) { return storage("Float", key, elements, "N"); };
  const auto pickle =
      dictionary({{"a", tensor(named("94", 2), 0, {2}, {1})}, {"b", tensor(named("17", 1), 0, {1}, {1})}});
  const auto good = test::old_form(pickle, {{"17", 1, "xxxx"}, {"94", 2, "aaaabbbb"}});
  const test::TemporaryFolder folder;
  const TorchFile file(folder.write("old.bin", good));
  REQUIRE(file.tensors().size() == 2);
  CHECK(bytes_of(file.tensors()[0]) == "aaaabbbb");
  CHECK(bytes_of(file.tensors()[1]) == "xxxx");

  for (std::size_t size = 0; size < good.size(); ++size) CHECK(error_of(good.substr(0, size)) != "");
  CHECK_THAT(error_of(good + "x"), Catch::Contains("1 bytes follow the last storage"));
  CHECK_THAT(error_of(good.substr(0, good.size() - 1)), Catch::Contains("cut off before its storages end"));
  CHECK_THAT(error_of("not a model"), Catch::Contains("neither a zip archive nor a pickle"));
  CHECK_THAT(error_of(""), Catch::Contains("neither a zip archive nor a pickle"));
  CHECK_THAT(error_of(pickle), Catch::Contains("torch's magic number"));
  CHECK_THAT(error_of(replaced(good, "\x6c\xfc", "\x6d\xfc")), Catch::Contains("torch's magic number"));
  CHECK_THAT(error_of(replaced(good, "M\xe9\x03", "M\xea\x03")), Catch::Contains("another protocol than torch's 1001"));
  CHECK_THAT(error_of(replaced(good, "\x88u.", "\x89u.")), Catch::Contains("not little-endian"));
  CHECK_THAT(error_of(replaced(good, "](" + text("17"), "](" + text("18"))),
             Catch::Contains("names one that no tensor uses"));
  CHECK_THAT(error_of(replaced(good, "](" + text("17"), "](" + text("94"))), Catch::Contains("or one twice"));
  CHECK_THAT(error_of(replaced(good, "](" + text("17"), "](")), Catch::Contains("lacks one that a tensor uses"));
  CHECK_THAT(error_of(replaced(good, test::little_endian<std::int64_t>(2) + "aaaa",
                               test::little_endian<std::int64_t>(3) + "aaaa")),
             Catch::Contains("storage '94' has another number of elements"));
  const auto view = "(" + text("94") + integer(0) + integer(1) + "t";
  CHECK_THAT(error_of(replaced(good, "NtQ", view + "tQ")), Catch::Contains("is a view of another one"));
}

TEST_CASE("what is no file") {
  CHECK_THROWS_AS(TorchFile("/nonexistent/pytorch_model.bin"), InputNotFound);
  CHECK_THROWS_AS(TorchFile(std::filesystem::temp_directory_path()), DataError);
}
