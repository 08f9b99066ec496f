#include "cmgems/formats/safetensors.h"

#include <array>
#include <cstring>
#include <utility>

#include "cmgems/base/atomic_file.h"
#include "cmgems/base/error.h"
#include "support/catch.h"

using namespace cmgems;
using formats::DType;
using formats::SafetensorsFile;
using formats::TensorView;

namespace {

/// u64 little-endian length, header, payload.
std::string file_of(const std::string& header, std::size_t payload_bytes) {
  std::string text;
  for (int byte = 0; byte < 8; ++byte) text += static_cast<char>(header.size() >> (8 * byte) & 0xFF);
  return text + header + std::string(payload_bytes, '\1');
}

/// The message of the DataError that reading `content` gives; empty when it reads.
std::string error_of(const std::string& content) {
  const test::TemporaryFolder folder;
  const auto path = folder.write("model.safetensors", content);
  try {
    SafetensorsFile file(path);
  } catch (const DataError& error) {
    const std::string message = error.what();
    REQUIRE(message.find(path.string()) == 0);
    return message.substr(path.string().size());
  }
  return "";
}

bool contains(const std::string& text, const std::string& part) {
  INFO(text);
  return text.find(part) != std::string::npos;
}

template <class T>
std::span<const std::byte> bytes(const T& values) {
  return std::as_bytes(std::span(values));
}

}  // namespace

TEST_CASE("the written file has the documented bytes") {
  const test::TemporaryFolder folder;
  const std::array<float, 2> a{1.0F, -2.0F};
  const std::array<std::int64_t, 1> b{258};
  const std::array<TensorView, 2> tensors{{{"a", DType::f32, {2}, bytes(a)}, {"b", DType::i64, {}, bytes(b)}}};
  formats::write_safetensors(folder.path() / "x", tensors);
  // 138 characters of JSON, padded with 6 blanks to 144 = 0x90.
  const std::string expected =
      std::string("\x90\0\0\0\0\0\0\0", 8) +
      R"({"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
      R"("b":{"dtype":"I64","shape":[],"data_offsets":[8,16]}}      )" +
      std::string("\0\0\x80\x3F\0\0\0\xC0", 8) + std::string("\x02\x01\0\0\0\0\0\0", 8);
  CHECK(read_file(folder.path() / "x") == expected);
}

TEST_CASE("tensors come back, and the object can be moved") {
  const test::TemporaryFolder folder;
  const std::array<float, 6> values{1, 2, 3, 4, 5, 6};
  const std::array<std::uint8_t, 3> small{7, 8, 9};
  const std::array<TensorView, 3> tensors{{{"matrix", DType::f32, {2, 3}, bytes(values)},
                                           {"nothing", DType::f32, {0, 4}, {}},
                                           {"small", DType::u8, {3}, bytes(small)}}};
  formats::write_safetensors(folder.path() / "x", tensors);
  SafetensorsFile first(folder.path() / "x");
  const SafetensorsFile file = std::move(first);
  REQUIRE(file.tensors().size() == 3);
  const TensorView* matrix = file.find("matrix");
  REQUIRE(matrix);
  CHECK(matrix->shape == std::vector<std::int64_t>{2, 3});
  CHECK(matrix->dtype == DType::f32);
  REQUIRE(matrix->bytes.size() == 24);
  CHECK(std::memcmp(matrix->bytes.data(), values.data(), 24) == 0);
  REQUIRE(file.find("nothing"));
  CHECK(file.find("nothing")->bytes.empty());
  REQUIRE(file.find("small"));
  CHECK(file.find("small")->bytes[2] == std::byte{9});
  CHECK(file.find("absent") == nullptr);
}

TEST_CASE("a writer's mistakes are internal errors") {
  const test::TemporaryFolder folder;
  const std::array<float, 2> values{1, 2};
  const std::vector<TensorView> twice{{"a", DType::f32, {2}, bytes(values)}, {"a", DType::f32, {2}, bytes(values)}};
  CHECK_THROWS_AS(formats::write_safetensors(folder.path() / "x", twice), InternalError);
  const std::vector<TensorView> wrong{{"a", DType::f32, {3}, bytes(values)}};
  CHECK_THROWS_AS(formats::write_safetensors(folder.path() / "x", wrong), InternalError);
  CHECK_FALSE(std::filesystem::exists(folder.path() / "x"));
}

TEST_CASE("sound headers of other writers are read") {
  CHECK(error_of(file_of("{}", 0)) == "");
  CHECK(error_of(file_of(R"({"b":{"dtype":"F16","shape":[2],"data_offsets":[4,8]},)"
                         R"("a":{"dtype":"BF16","shape":[1,2],"data_offsets":[0,4]}}   )",
                         8)) == "");
}

TEST_CASE("a place that is missing, wrong or used twice is found") {
  const auto two = [](const std::string& second, std::size_t payload) {
    return error_of(file_of(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":)" + second + "}", payload));
  };
  CHECK(two(R"({"dtype":"U8","shape":[4],"data_offsets":[4,8]})", 8) == "");
  CHECK(contains(two(R"({"dtype":"U8","shape":[4],"data_offsets":[5,9]})", 9),
                 "'b' at [5, 9) leaves a hole after byte 4"));
  CHECK(contains(two(R"({"dtype":"U8","shape":[4],"data_offsets":[3,7]})", 7), "'b' at [3, 7) overlaps"));
  CHECK(contains(two(R"({"dtype":"U8","shape":[4],"data_offsets":[4,2]})", 4), "'b' ends before it begins"));
  CHECK(contains(two(R"({"dtype":"U8","shape":[4],"data_offsets":[4,8]})", 7), "ends behind the 7 bytes of data"));
  CHECK(contains(two(R"({"dtype":"U8","shape":[4],"data_offsets":[4,8]})", 9), "cover 8 of 9 bytes"));
  CHECK(contains(two(R"({"dtype":"F32","shape":[4],"data_offsets":[4,8]})", 8), "size of its shape and dtype"));
  CHECK(contains(two(R"({"dtype":"U8","shape":[4],"data_offsets":[4]})", 8), "two data_offsets, found 1"));
}

TEST_CASE("nonsense in a header is found") {
  const auto one = [](const std::string& text) { return error_of(file_of(R"({"a":)" + text + "}", 4)); };
  CHECK(contains(one(R"({"dtype":"F8","shape":[4],"data_offsets":[0,4]})"), R"(unknown dtype "F8" (known: F64, F32,)"));
  CHECK(contains(one(R"({"dtype":"U8","shape":[-4],"data_offsets":[0,4]})"), "has -4 in its shape"));
  CHECK(contains(one(R"({"dtype":"U8","shape":[4.0],"data_offsets":[0,4]})"), "has 4.0 in its shape"));
  CHECK(contains(one(R"({"dtype":"U8","shape":4,"data_offsets":[0,4]})"), "shape that is not an array"));
  CHECK(contains(one(R"({"dtype":"U8","data_offsets":[0,4]})"), "has no shape"));
  CHECK(contains(one("7"), "not described by an object"));
  // 2^62 * 4 * 1 wraps round to 0 in 64 bits.
  CHECK(contains(one(R"({"dtype":"U8","shape":[4611686018427387904,4],"data_offsets":[0,0]})"), "size of its shape"));
  CHECK(contains(one(R"({"dtype":"U8","shape":[9223372036854775808],"data_offsets":[0,4]})"), "too large"));
  const std::string entry = R"("a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]})";
  CHECK(contains(error_of(file_of("{" + entry + "," + entry + "}", 4)), "holds the name 'a' twice"));
  CHECK(contains(error_of(file_of("{" + entry + R"(,"__metadata__":{"n":1}})", 4)), "__metadata__"));
  CHECK(contains(error_of(file_of(R"({"\u001b[2J":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})", 4)),
                 "a name of other than printable ASCII characters"));
  CHECK(contains(error_of(file_of("[1]", 0)), "not a JSON object"));
  CHECK(contains(error_of(file_of("{" + entry, 4)), "not valid JSON"));
  CHECK(contains(error_of(file_of(std::string(100000, '['), 0)), "nested too deeply"));
}

TEST_CASE("truncated files and huge header lengths are found before anything is read") {
  CHECK(contains(error_of("1234567"), "shorter than the 8 bytes"));
  const std::string whole = file_of(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})", 4);
  CHECK(error_of(whole) == "");
  CHECK(contains(error_of(whole.substr(0, whole.size() - 1)), "ends behind the 3 bytes of data"));
  CHECK(contains(error_of(whole.substr(0, 30)), "does not fit into a file of 30 bytes"));
  CHECK(contains(error_of(std::string(8, '\xFF') + "{}"), "a header of 18446744073709551615 bytes does not fit"));
  CHECK(contains(error_of(""), "shorter than the 8 bytes"));
  CHECK_THROWS_AS(SafetensorsFile("/nonexistent/model.safetensors"), InputNotFound);
  CHECK_THROWS_AS(SafetensorsFile(std::filesystem::temp_directory_path()), DataError);
}
