#include "layer_norm_cpu.h"

#include <ATen/ops/embedding_dense_backward.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/sum.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>

#include "../parallel_for.h"
#include "autograd_cpu.h"
#include "kernels_cpu.h"

namespace cmgems::nn::ops {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// Dropout of rows of H numbers; row r takes the blocks of numbers from r * H / 8 on. p 0: none.
struct RowDropout {
  double p = 0;
  DropoutKey key;
  /// Factors of a row, or null. `buffer` has H elements.
  const float* factors(std::int64_t row, std::vector<float>& buffer) const {
    if (p == 0) return nullptr;
    const auto columns = static_cast<std::int64_t>(buffer.size());
    fill_dropout_factors(buffer.data(), columns, row * columns / 8, p, key);
    return buffer.data();
  }
};

struct Normalised {
  at::Tensor out, moments;  // [T, H], [T, 2]
};

/// sum [T, H] += dropout(x) in place (x undefined: nothing), and its LayerNorm.
Normalised normalise(const at::Tensor& x, const RowDropout& dropout, const at::Tensor& sum, const at::Tensor& gamma,
                     const at::Tensor& beta, double epsilon) {
  const std::int64_t rows = sum.size(0), columns = sum.size(1);
  Normalised result{at::empty_like(sum), at::empty({rows, 2}, sum.options())};
  float *const sums = sum.data_ptr<float>(), *const out = result.out.data_ptr<float>();
  auto* const moments = reinterpret_cast<RowMoments*>(result.moments.data_ptr<float>());
  const float *const g = gamma.const_data_ptr<float>(), *const b = beta.const_data_ptr<float>();
  const bool reduced = x.defined() && x.scalar_type() == at::kBFloat16;
  const float* const added = x.defined() && !reduced ? x.const_data_ptr<float>() : nullptr;
  const Bf16* const added16 = reduced ? bits(x) : nullptr;
  at::parallel_for(0, rows, kBlockRows, [&](std::int64_t begin, std::int64_t end) {
    std::vector<float> buffer(static_cast<std::size_t>(columns));
    for (std::int64_t r = begin; r < end; ++r) {
      const float* const factors = dropout.factors(r, buffer);
      const std::int64_t at = r * columns;
      moments[r] = reduced ? normalise_row(added16 + at, factors, sums + at, g, b, out + at, columns,
                                           static_cast<float>(epsilon))
                           : normalise_row(added != nullptr ? added + at : nullptr, factors, sums + at, g, b, out + at,
                                           columns, static_cast<float>(epsilon));
    }
  });
  return result;
}

struct NormGradients {
  at::Tensor sum, gamma, beta;  // [T, H], [H], [H]
};

/// Calls then(row, gradient of the sum) for every row, in threads.
template <class Then>
NormGradients normalise_backward(const at::Tensor& gradient, const at::Tensor& sum, const at::Tensor& moments,
                                 const at::Tensor& gamma, Then then) {
  const std::int64_t rows = sum.size(0), columns = sum.size(1), blocks = (rows + kBlockRows - 1) / kBlockRows;
  const auto result = at::empty_like(sum), partial = at::zeros({blocks, 2, columns}, sum.options());
  const float *const g = gradient.const_data_ptr<float>(), *const s = sum.const_data_ptr<float>();
  const auto* const m = reinterpret_cast<const RowMoments*>(moments.const_data_ptr<float>());
  const float* const scale = gamma.const_data_ptr<float>();
  float *const out = result.data_ptr<float>(), *const parts = partial.data_ptr<float>();
  at::parallel_for(0, blocks, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t r = begin * kBlockRows; r < std::min(rows, end * kBlockRows); ++r) {
      float* const part = parts + r / kBlockRows * 2 * columns;
      const std::int64_t at = r * columns;
      normalise_row_backward(g + at, s + at, m[r], scale, out + at, part, part + columns, columns);
      then(r, out + at);
    }
  });
  auto total = at::zeros({2, columns}, sum.options());
  add_blocks(parts, blocks, 2 * columns, total.data_ptr<float>());
  return {result, total.select(0, 0), total.select(0, 1)};
}

struct DropoutAddLayerNorm : torch::autograd::Function<DropoutAddLayerNorm> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& residual,
                            const at::Tensor& gamma, const at::Tensor& beta, double epsilon, double p,
                            const std::vector<std::int64_t>& key) {
    const auto sum = residual.clone(at::MemoryFormat::Contiguous);
    const auto [out, moments] = normalise(x.contiguous(), dropout_of(p, key), sum, gamma, beta, epsilon);
    context->save_for_backward({sum, moments, gamma});
    context->saved_data["p"] = p;
    context->saved_data["key"] = key;
    context->saved_data["x"] = x.scalar_type();
    return out;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    require_first_derivative();
    const auto saved = context->get_saved_variables();
    const auto dropout = dropout_of(context->saved_data["p"].toDouble(), context->saved_data["key"].toIntVector());
    const auto type = context->saved_data["x"].toScalarType();
    const bool reduced = type == at::kBFloat16, same = !reduced && dropout.p == 0;
    const std::int64_t columns = saved[0].size(1);
    const auto x = same ? at::Tensor() : at::empty(saved[0].sizes(), saved[0].options().dtype(type));
    const auto into_x = [&](std::int64_t row, const float* gradient) {
      if (same) return;
      thread_local std::vector<float> buffer;
      buffer.resize(static_cast<std::size_t>(columns));
      const float* const factors = dropout.factors(row, buffer);
      if (reduced) return scale_row(gradient, factors, bits(x) + row * columns, columns);
      scale_row(gradient, factors, x.data_ptr<float>() + row * columns, columns);
    };
    const auto [sum, gamma, beta] = normalise_backward(gradients[0].contiguous(), saved[0], saved[1], saved[2], into_x);
    return {same ? sum : x, sum, gamma, beta, {}, {}, {}};
  }

  /// Autograd keeps plain values only: a key travels as a list of integers.
  static RowDropout dropout_of(double p, const std::vector<std::int64_t>& key) {
    return {
        p,
        {static_cast<std::uint64_t>(key[0]), static_cast<std::uint64_t>(key[1]), static_cast<std::uint64_t>(key[2])}};
  }
};

/// words[ids] + positions[positions] + types[0]: [T, H].
at::Tensor sum_embeddings(const at::Tensor& ids, const at::Tensor& positions, const at::Tensor& words,
                          const at::Tensor& position_table, const at::Tensor& types) {
  const std::int64_t columns = words.size(1);
  const auto sum = at::empty({ids.size(0), columns}, words.options());
  const auto *const id = ids.const_data_ptr<std::int64_t>(), *const position = positions.const_data_ptr<std::int64_t>();
  const float *const w = words.const_data_ptr<float>(), *const p = position_table.const_data_ptr<float>(),
                     *const t = types.const_data_ptr<float>();
  float* const out = sum.data_ptr<float>();
  at::parallel_for(0, ids.size(0), kBlockRows, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t r = begin; r < end; ++r) {
      TORCH_CHECK_INDEX(id[r] >= 0 && id[r] < words.size(0), "token ", id[r], " of ", words.size(0));
      TORCH_CHECK_INDEX(position[r] >= 0 && position[r] < position_table.size(0), "position ", position[r], " of ",
                        position_table.size(0));
      for (std::int64_t c = 0; c < columns; ++c)
        out[r * columns + c] = w[id[r] * columns + c] + p[position[r] * columns + c] + t[c];
    }
  });
  return sum;
}

struct Embed : torch::autograd::Function<Embed> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& ids, const at::Tensor& positions,
                            const at::Tensor& words, const at::Tensor& position_table, const at::Tensor& types,
                            const at::Tensor& gamma, const at::Tensor& beta, double epsilon) {
    const auto sum = sum_embeddings(ids, positions, words, position_table, types);
    const auto [out, moments] = normalise({}, {}, sum, gamma, beta, epsilon);
    context->save_for_backward({sum, moments, gamma, ids, positions});
    context->saved_data["sizes"] = std::vector<std::int64_t>{words.size(0), position_table.size(0), types.size(0)};
    return out;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    require_first_derivative();
    const auto saved = context->get_saved_variables();
    const auto sizes = context->saved_data["sizes"].toIntVector();
    const auto [sum, gamma, beta] =
        normalise_backward(gradients[0].contiguous(), saved[0], saved[1], saved[2], [](std::int64_t, const float*) {});
    auto types = at::zeros({sizes[2], sum.size(1)}, sum.options());
    types.select(0, 0).copy_(at::sum(sum, at::IntArrayRef{0}));
    const auto table = [&](const at::Tensor& rows, std::int64_t size) {
      return at::embedding_dense_backward(sum, rows, size, /*padding_idx=*/-1, /*scale_grad_by_freq=*/false);
    };
    return {{}, {}, table(saved[3], sizes[0]), table(saved[4], sizes[1]), types, gamma, beta, {}};
  }
};

}  // namespace

at::Tensor dropout_add_layer_norm_cpu(const at::Tensor& x, const at::Tensor& residual, double p, const DropoutKey& key,
                                      const at::Tensor& gamma, const at::Tensor& beta, double epsilon) {
  return DropoutAddLayerNorm::apply(
      x, residual, gamma, beta, epsilon, p,
      std::vector<std::int64_t>{static_cast<std::int64_t>(key.seed), static_cast<std::int64_t>(key.step),
                                static_cast<std::int64_t>(key.draw)});
}

at::Tensor embed_cpu(const at::Tensor& ids, const at::Tensor& positions, const at::Tensor& words,
                     const at::Tensor& position_table, const at::Tensor& types, const at::Tensor& gamma,
                     const at::Tensor& beta, double epsilon) {
  return Embed::apply(ids, positions, words, position_table, types, gamma, beta, epsilon);
}

}  // namespace cmgems::nn::ops
