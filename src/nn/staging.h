// Arrays on their way to a device.
#pragma once

#include <ATen/Device.h>
#include <ATen/core/Tensor.h>

#include <initializer_list>
#include <vector>

namespace cmgems::nn {

/// All arrays in one block of memory and one copy, as views of it: [n] int64 each. To a GPU the block is pinned and the
/// copy is waited for by nobody: LibTorch hands the block out again once the copy is done, so the next micro-batch is
/// staged in another one while the device works on this one. The arrays may be freed afterwards.
std::vector<at::Tensor> send(std::initializer_list<at::ArrayRef<std::int64_t>> arrays, at::Device device);

/// The same of one array. [n]
at::Tensor send(at::ArrayRef<std::int32_t> values, at::Device device);
at::Tensor send(at::ArrayRef<double> values, at::Device device);

}  // namespace cmgems::nn
