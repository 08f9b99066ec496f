// The JSON header of a safetensors file, both ways. Private to this layer.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cmgems/formats/safetensors.h"

namespace cmgems::formats {

/// Largest header that the format allows, in bytes.
inline constexpr std::uint64_t kMaximumHeader = 100'000'000;
/// Bytes of the header's length at the start of the file.
inline constexpr std::size_t kLengthBytes = 8;

/// Header text for tensors laid out in the given order by type and shape (their bytes do not matter), padded with
/// blanks so that the payload starts at a multiple of 8. Throws: InternalError on a duplicate name or an impossible
/// shape.
std::string write_header(std::span<const TensorView> tensors);

/// Checks a header against its payload and returns the tensors in the order of their bytes.
/// Throws: DataError (path, tensor, what is wrong).
std::vector<TensorView> read_header(std::string_view header, std::span<const std::byte> payload,
                                    const std::filesystem::path& path);

}  // namespace cmgems::formats
