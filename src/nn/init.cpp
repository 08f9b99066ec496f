#include "cmgems/nn/init.h"

#include <torch/csrc/autograd/grad_mode.h>

#include <cmath>
#include <numbers>

#include "cmgems/base/hash.h"
#include "cmgems/base/random.h"
#include "parallel_for.h"

namespace cmgems::nn {
namespace {

constexpr float kDeviation = 0.02F;
constexpr double kSinusoidScale = 0.1;  // 0.02 hardly helps; 0.3 and more stalls the first thousand steps

bool ends_with(const std::string& name, std::string_view suffix) {
  return name.size() >= suffix.size() && name.compare(name.size() - suffix.size(), suffix.size(), suffix) == 0;
}

/// Four normals a Philox block: two Box-Muller pairs.
void fill_normal(float* out, std::int64_t count, std::uint64_t seed, std::uint32_t stream) {
  const PhiloxKey key{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)};
  at::parallel_for(0, (count + 3) / 4, 1024, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t b = begin; b < end; ++b) {
      const PhiloxBlock block = philox4x32({static_cast<std::uint32_t>(b), stream, static_cast<std::uint32_t>(b >> 32),
                                            static_cast<std::uint32_t>(Purpose::initialisation)},
                                           key);
      for (int pair = 0; pair < 2; ++pair) {
        const auto i = static_cast<std::size_t>(pair) * 2;
        const float radius = std::sqrt(-2.0F * std::log((static_cast<float>(block[i] >> 8) + 1.0F) * 0x1.0p-24F));
        const float angle = 2.0F * std::numbers::pi_v<float> * static_cast<float>(block[i + 1] >> 8) * 0x1.0p-24F;
        const std::int64_t at = b * 4 + pair * 2;
        if (at < count) out[at] = kDeviation * radius * std::cos(angle);
        if (at + 1 < count) out[at + 1] = kDeviation * radius * std::sin(angle);
      }
    }
  });
}

void fill_sinusoidal(at::Tensor& table) {  // [P, H]: sin in even columns, cos in odd ones
  auto rows = table.accessor<float, 2>();
  for (std::int64_t p = 0; p < rows.size(0); ++p) {
    for (std::int64_t h = 0; h < rows.size(1); ++h) {
      const double angle = static_cast<double>(p) *
                           std::pow(10000.0, -static_cast<double>(h / 2 * 2) / static_cast<double>(rows.size(1)));
      rows[p][h] = static_cast<float>(kSinusoidScale * (h % 2 == 0 ? std::sin(angle) : std::cos(angle)));
    }
  }
}

}  // namespace

void initialise(torch::nn::Module& module, config::PositionInit position_init, std::uint64_t seed) {
  const torch::NoGradGuard no_grad;
  for (auto& item : module.named_parameters()) {
    const std::string& name = item.key();
    at::Tensor& parameter = item.value();
    if (parameter.dim() == 1) {
      parameter.fill_(ends_with(name, "LayerNorm.weight") ? 1.0 : 0.0);
    } else if (position_init == config::PositionInit::sinusoidal && ends_with(name, "position_embeddings.weight")) {
      fill_sinusoidal(parameter);
    } else {
      fill_normal(parameter.data_ptr<float>(), parameter.numel(), seed,
                  static_cast<std::uint32_t>(hash64(name.data(), name.size())));
    }
  }
}

}  // namespace cmgems::nn
