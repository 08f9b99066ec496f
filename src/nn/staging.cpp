#include "staging.h"

#include <ATen/ops/empty.h>

#include <algorithm>

namespace cmgems::nn {
namespace {

at::Tensor block(std::int64_t count, at::ScalarType type, at::Device device) {
  return at::empty({count}, at::TensorOptions(type).pinned_memory(device.is_cuda()));
}

at::Tensor copied(const at::Tensor& host, at::Device device) {
  return device.is_cpu() ? host : host.to(device, /*non_blocking=*/true);
}

template <class T>
at::Tensor send_one(at::ArrayRef<T> values, at::ScalarType type, at::Device device) {
  const auto host = block(static_cast<std::int64_t>(values.size()), type, device);
  std::copy(values.begin(), values.end(), host.mutable_data_ptr<T>());
  return copied(host, device);
}

}  // namespace

std::vector<at::Tensor> send(std::initializer_list<at::ArrayRef<std::int64_t>> arrays, at::Device device) {
  std::int64_t count = 0;
  for (const auto& array : arrays) count += static_cast<std::int64_t>(array.size());
  const auto host = block(count, at::kLong, device);
  auto* end = host.mutable_data_ptr<std::int64_t>();
  for (const auto& array : arrays) end = std::copy(array.begin(), array.end(), end);

  const auto sent = copied(host, device);
  std::vector<at::Tensor> views;
  std::int64_t first = 0;
  for (const auto& array : arrays) {
    const auto size = static_cast<std::int64_t>(array.size());
    views.push_back(sent.narrow(0, first, size));
    first += size;
  }
  return views;
}

at::Tensor send(at::ArrayRef<std::int32_t> values, at::Device device) { return send_one(values, at::kInt, device); }

at::Tensor send(at::ArrayRef<double> values, at::Device device) { return send_one(values, at::kDouble, device); }

}  // namespace cmgems::nn
