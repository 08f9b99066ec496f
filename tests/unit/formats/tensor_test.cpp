#include "cmgems/formats/tensor.h"

#include <array>
#include <cmath>
#include <limits>

#include "cmgems/base/error.h"
#include "support/catch.h"

using namespace cmgems;
using formats::DType;

namespace {

template <class Number>
std::vector<float> floats(DType dtype, const std::vector<Number>& numbers) {
  std::vector<float> target(numbers.size());
  formats::copy_as_float({"x", dtype, {static_cast<std::int64_t>(numbers.size())}, std::as_bytes(std::span(numbers))},
                         target);
  return target;
}

}  // namespace

TEST_CASE("numbers of every floating type become fp32") {
  // 1, -2, largest, smallest normal, smallest subnormal of IEEE 754 binary16.
  CHECK(floats<std::uint16_t>(DType::f16, {0x3C00, 0xC000, 0x7BFF, 0x0400, 0x0001, 0x8001, 0x0000}) ==
        std::vector<float>{1, -2, 65504, 0x1p-14F, 0x1p-24F, -0x1p-24F, 0});
  CHECK(std::signbit(floats<std::uint16_t>(DType::f16, {0x8000})[0]));
  CHECK(floats<std::uint16_t>(DType::f16, {0xFC00})[0] == -std::numeric_limits<float>::infinity());
  CHECK(std::isnan(floats<std::uint16_t>(DType::f16, {0x7E00})[0]));
  CHECK(floats<std::uint16_t>(DType::bf16, {0x3F80, 0xC000, 0x4049}) == std::vector<float>{1, -2, 3.140625F});
  CHECK(floats<double>(DType::f64, {0.5, 0.1}) == std::vector<float>{0.5F, 0.1F});
  CHECK(floats<float>(DType::f32, {0.1F, -3}) == std::vector<float>{0.1F, -3});
  CHECK_THROWS_AS(floats<std::int32_t>(DType::i32, {1}), InternalError);
}

TEST_CASE("names, sizes and texts") {
  CHECK(formats::name_of(DType::boolean) == "BOOL");
  CHECK(formats::dtype_named("BF16") == DType::bf16);
  CHECK_FALSE(formats::dtype_named("F8"));
  CHECK(formats::size_in_bytes(DType::f64, {2, 3}) == 48U);
  CHECK_FALSE(formats::size_in_bytes(DType::u8, {std::int64_t{1} << 62, 4}));
  CHECK_FALSE(formats::size_in_bytes(DType::u8, {-1}));
  CHECK(formats::shape_text({69, 32}) == "[69, 32]");
  CHECK(formats::shape_text({}) == "[]");
  CHECK(formats::is_printable("bert.x ~"));
  CHECK_FALSE(formats::is_printable("a\x1b"));
  CHECK_FALSE(formats::is_printable("\xc3\xa4"));
}

TEST_CASE("content is type, shape and bytes") {
  const std::array<std::uint16_t, 2> numbers{1, 2}, others{1, 3};
  const formats::TensorView view{"a", DType::f16, {2}, std::as_bytes(std::span(numbers))};
  CHECK(formats::same_content(view, {"b", DType::f16, {2}, view.bytes}));
  CHECK_FALSE(formats::same_content(view, {"b", DType::bf16, {2}, view.bytes}));
  CHECK_FALSE(formats::same_content(view, {"b", DType::f16, {2, 1}, view.bytes}));
  CHECK_FALSE(formats::same_content(view, {"b", DType::f16, {2}, std::as_bytes(std::span(others))}));
}
