#include "cmgems/parallel/shards.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <vector>

namespace cmgems::parallel {

void share_owned(std::span<const at::Tensor> tensors, std::span<const int> owners, Ranks& ranks) {
  if (tensors.empty()) return;
  const at::NoGradGuard no_grad;
  std::vector<std::int64_t> sizes(static_cast<std::size_t>(ranks.world())), offsets;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    auto& size = sizes[static_cast<std::size_t>(owners[i])];
    offsets.push_back(size);  // in its owner's row
    size += tensors[i].numel();
  }
  const auto own =
      at::zeros({*std::max_element(sizes.begin(), sizes.end())}, tensors[0].options().requires_grad(false));
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    if (owners[i] == ranks.rank()) own.narrow(0, offsets[i], tensors[i].numel()).copy_(tensors[i].reshape(-1));
  }
  const auto all = ranks.gather(own);  // [world, longest]
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    if (owners[i] == ranks.rank()) continue;
    const at::Tensor target = tensors[i].detach();
    target.copy_(all.select(0, owners[i]).narrow(0, offsets[i], target.numel()).view(target.sizes()));
  }
}

}  // namespace cmgems::parallel
