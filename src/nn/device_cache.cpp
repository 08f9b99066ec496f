#include "cmgems/nn/device_cache.h"

#include <c10/core/GradMode.h>

#include <algorithm>

#include "staging.h"

namespace cmgems::nn {
namespace {

constexpr std::size_t kKept = 2;  // of all tokens and of the selected ones

template <class Entry>
void keep(std::vector<Entry>& entries, Entry entry) {
  if (entries.size() == kKept) entries.erase(entries.begin());
  entries.push_back(std::move(entry));
}

/// A cast made without autograd must not serve where gradients are wanted, and the other way round.
bool same_gradient_mode(const at::Tensor& source, const at::Tensor& low) {
  return low.requires_grad() == (source.requires_grad() && c10::GradMode::is_enabled());
}

}  // namespace

at::Tensor DeviceCache::weight(const at::Tensor& weight, at::ScalarType type) {
  auto& cast = weights_[weight.unsafeGetTensorImpl()];
  const auto version = static_cast<std::uint32_t>(weight._version());
  const bool fresh = cast.low.defined() && cast.version == version && cast.low.scalar_type() == type &&
                     same_gradient_mode(weight, cast.low);
  if (!fresh) cast = {weight, weight.to(type), version};
  return cast.low;
}

at::Tensor DeviceCache::states(const at::Tensor& x, at::ScalarType type) {
  if (x.scalar_type() == type) return x;
  const auto known = std::find_if(states_.begin(), states_.end(), [&](const Cast& cast) {
    return cast.source.is_same(x) && cast.low.scalar_type() == type && same_gradient_mode(x, cast.low);
  });
  if (known != states_.end()) return known->low;
  const auto low = x.to(type);
  remember(x, low);
  return low;
}

void DeviceCache::remember(const at::Tensor& x, const at::Tensor& low) { keep(states_, {x, low, 0}); }

at::Tensor DeviceCache::boundaries(std::span<const std::int32_t> edges, at::Device device) {
  const auto known = std::find_if(edges_.begin(), edges_.end(), [&](const Edges& kept) {
    return kept.device.device() == device && std::equal(kept.host.begin(), kept.host.end(), edges.begin(), edges.end());
  });
  if (known != edges_.end()) return known->device;
  keep(edges_, {{edges.begin(), edges.end()}, send(at::ArrayRef<std::int32_t>(edges.data(), edges.size()), device)});
  return edges_.back().device;
}

}  // namespace cmgems::nn
