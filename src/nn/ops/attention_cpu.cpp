#include "attention_cpu.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "../parallel_for.h"
#include "autograd_cpu.h"
#include "kernels_cpu.h"

// BLAS, which LibTorch's library exports (netlib.org/blas, sgemm): matrices by columns.
extern "C" void sgemm_(const char* transpose_a, const char* transpose_b, const int* m, const int* n, const int* k,
                       const float* alpha, const float* a, const int* lda, const float* b, const int* ldb,
                       const float* beta, float* c, const int* ldc);

namespace cmgems::nn::ops {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// What both passes share. Autograd keeps plain values only, so it travels as lists of integers and a number.
struct Windows {
  std::vector<std::int64_t> queries, keys;  // boundaries
  std::vector<std::int64_t> key;            // seed, step, draw
  double p;

  std::int64_t count() const { return static_cast<std::int64_t>(keys.size()) - 1; }
  DropoutKey key_of(std::int64_t window, std::int64_t heads, std::int64_t head) const {
    const DropoutKey first{static_cast<std::uint64_t>(key[0]), static_cast<std::uint64_t>(key[1]),
                           static_cast<std::uint64_t>(key[2])};
    return key_of_head(first, window, heads, head);
  }
  void save(AutogradContext& context) const {
    context.saved_data["queries"] = queries;
    context.saved_data["keys"] = keys;
    context.saved_data["key"] = key;
    context.saved_data["p"] = p;
  }
  static Windows load(AutogradContext& context) {
    const auto list = [&](const char* name) { return context.saved_data[name].toIntVector(); };
    return {list("queries"), list("keys"), list("key"), context.saved_data["p"].toDouble()};
  }
};

// Queries whose scores are computed together: 256 KB of them for 512 keys.
constexpr std::int64_t kTileRows = 128;
static_assert(kTileRows % 8 == 0, "dropout factors come in blocks of eight");

/// fp32 matrix by rows, `stride` numbers apart.
struct Matrix {
  float* data;
  std::int64_t rows, columns, stride;
  float* row(std::int64_t r) const { return data + r * stride; }
  Matrix tile(std::int64_t first) const { return {row(first), std::min(kTileRows, rows - first), columns, stride}; }
};

/// c = a b + kept c, with a and b transposed on demand; c's sizes are those of the product. Within a parallel loop, on
/// one thread.
void product(const Matrix& a, bool transpose_a, const Matrix& b, bool transpose_b, const Matrix& c, float kept = 0) {
  const auto size = [](std::int64_t count) { return static_cast<int>(count); };
  const int m = size(c.columns), n = size(c.rows), k = size(transpose_a ? a.rows : a.columns);
  const int lda = size(b.stride), ldb = size(a.stride), ldc = size(c.stride);
  const float one = 1;
  // It is told c^T = b^T a^T: what lies by rows here are columns there.
  sgemm_(transpose_b ? "T" : "N", transpose_a ? "T" : "N", &m, &n, &k, &one, b.data, &lda, a.data, &ldb, &kept, c.data,
         &ldc);
}

/// Memory of a thread, kept for the next head.
enum class Room { scores, slopes, factors, q, k, v, out, gradient, q_gradient, k_gradient, v_gradient, kCount };
float* room(Room which, std::int64_t count) {
  thread_local std::array<std::vector<float>, static_cast<std::size_t>(Room::kCount)> rooms;
  auto& memory = rooms[static_cast<std::size_t>(which)];
  if (memory.size() < static_cast<std::size_t>(count)) memory.resize(static_cast<std::size_t>(count));
  return memory.data();
}

/// Rows [edges[w], edges[w + 1]) of one head of x [., A, D]: in place for fp32, otherwise a copy of its own.
struct HeadRows {
  const at::Tensor& x;
  const std::vector<std::int64_t>& edges;
  std::int64_t window, head;

  std::int64_t first() const { return edges[static_cast<std::size_t>(window)]; }
  std::int64_t rows() const { return edges[static_cast<std::size_t>(window) + 1] - first(); }
  std::int64_t stride() const { return x.size(1) * x.size(2); }
  std::int64_t offset() const { return first() * stride() + head * x.size(2); }
  bool reduced() const { return x.scalar_type() == at::kBFloat16; }

  /// To be written, and then stored.
  Matrix target(Room which) const {
    const std::int64_t columns = x.size(2);
    if (!reduced()) return {x.data_ptr<float>() + offset(), rows(), columns, stride()};
    return {room(which, rows() * columns), rows(), columns, columns};
  }
  Matrix read(Room which) const {
    const Matrix matrix = target(which);
    if (reduced()) {
      for (std::int64_t r = 0; r < matrix.rows; ++r)
        widen_row(bits(x) + offset() + r * stride(), matrix.row(r), matrix.columns);
    }
    return matrix;
  }
  void store(const Matrix& matrix) const {
    if (!reduced()) return;
    for (std::int64_t r = 0; r < matrix.rows; ++r)
      scale_row(matrix.row(r), nullptr, bits(x) + offset() + r * stride(), matrix.columns);
  }
  void clear() const {
    const Matrix zeros{room(Room::scores, x.size(2)), 1, x.size(2), 0};
    std::fill_n(zeros.data, x.size(2), 0.0F);
    for (std::int64_t r = 0; r < rows(); ++r) {
      if (reduced()) scale_row(zeros.data, nullptr, bits(x) + offset() + r * stride(), x.size(2));
      if (!reduced()) std::copy_n(zeros.data, x.size(2), x.data_ptr<float>() + offset() + r * stride());
    }
  }
};

/// Calls work(window, head) for all of them in threads. Windows are sorted by length: every thread gets some of each.
template <class Work>
void for_each_head(const Windows& windows, std::int64_t heads, Work work) {
  const std::int64_t count = windows.count();
  at::parallel_for(0, heads * count, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) work(i % count, i / count);
  });
}

/// Which dropout mask a head has.
struct HeadDropout {
  double p;
  DropoutKey key;
};

/// Factors of the scores of the tile from query `first` on; no data without dropout.
Matrix factors_of(const HeadDropout& dropout, std::int64_t first, const Matrix& scores) {
  if (dropout.p == 0) return {nullptr, 0, 0, 0};
  const std::int64_t count = scores.rows * scores.columns;
  const Matrix factors{room(Room::factors, count), scores.rows, scores.columns, scores.columns};
  fill_dropout_factors(factors.data, count, first * scores.columns / 8, dropout.p, dropout.key);
  return factors;
}

/// a b^T: queries (or gradients) of a tile with all keys (or values).
Matrix scores_of(const Matrix& a, const Matrix& b, Room which) {
  const Matrix scores{room(which, a.rows * b.rows), a.rows, b.rows, b.rows};
  product(a, false, b, true, scores);
  return scores;
}

/// out [Q, D] of a head, and of each query what the backward pass needs.
void attend(const Matrix& q, const Matrix& k, const Matrix& v, float scale, const HeadDropout& dropout,
            const Matrix& out, AttentionRow* rows) {
  for (std::int64_t first = 0; first < q.rows; first += kTileRows) {
    const Matrix scores = scores_of(q.tile(first), k, Room::scores), factors = factors_of(dropout, first, scores);
    for (std::int64_t r = 0; r < scores.rows; ++r) {
      rows[first + r] = attention_row(scores.row(r), factors.row(r), scale, scores.columns);
    }
    const Matrix result = out.tile(first);
    product(scores, false, v, false, result);
    for (std::int64_t r = 0; r < result.rows; ++r)
      for (std::int64_t c = 0; c < result.columns; ++c) result.row(r)[c] *= rows[first + r].share;
  }
}

/// Queries, keys and values of a head, or the gradients of them.
struct HeadInputs {
  Matrix q, k, v;
};

/// Gradients of a head's inputs from that of its output [Q, D].
void attend_backward(const HeadInputs& in, float scale, const HeadDropout& dropout, const Matrix& gradient,
                     const AttentionRow* rows, const HeadInputs& gradients) {
  for (std::int64_t first = 0; first < in.q.rows; first += kTileRows) {
    const Matrix q = in.q.tile(first), g = gradient.tile(first);
    const Matrix scores = scores_of(q, in.k, Room::scores), slopes = scores_of(g, in.v, Room::slopes);
    const Matrix factors = factors_of(dropout, first, scores);
    for (std::int64_t r = 0; r < scores.rows; ++r) {
      attention_row_backward(scores.row(r), factors.row(r), slopes.row(r), scale, rows[first + r], scores.columns);
    }
    const float kept = first == 0 ? 0 : 1;
    product(scores, true, g, false, gradients.v, kept);
    product(slopes, true, q, false, gradients.k, kept);
    product(slopes, false, in.k, false, gradients.q.tile(first));
  }
}

/// rows [A, Q, 2]: those of a head from query `first` on.
AttentionRow* rows_of(const at::Tensor& rows, std::int64_t head, std::int64_t first) {
  return reinterpret_cast<AttentionRow*>(rows.data_ptr<float>()) + head * rows.size(1) + first;
}

float scale_of(const at::Tensor& q) { return static_cast<float>(1 / std::sqrt(static_cast<double>(q.size(2)))); }

struct Attention : torch::autograd::Function<Attention> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                            const Windows& windows) {
    const std::int64_t heads = q.size(1);
    const auto out = at::empty_like(q), rows = at::empty({heads, q.size(0), 2}, q.options().dtype(at::kFloat));
    for_each_head(windows, heads, [&](std::int64_t w, std::int64_t h) {
      const HeadRows target{out, windows.queries, w, h};
      if (target.rows() == 0) return;
      const Matrix result = target.target(Room::out);
      attend(HeadRows{q, windows.queries, w, h}.read(Room::q), HeadRows{k, windows.keys, w, h}.read(Room::k),
             HeadRows{v, windows.keys, w, h}.read(Room::v), scale_of(q), {windows.p, windows.key_of(w, heads, h)},
             result, rows_of(rows, h, target.first()));
      target.store(result);
    });
    context->save_for_backward({q, k, v, rows});
    windows.save(*context);
    return out;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    require_first_derivative();
    const auto saved = context->get_saved_variables();
    const auto &q = saved[0], &k = saved[1], &v = saved[2], &rows = saved[3];
    const Windows windows = Windows::load(*context);
    const auto gradient = gradients[0].contiguous();
    const auto dq = at::empty_like(q), dk = at::empty_like(k), dv = at::empty_like(v);
    const std::int64_t heads = q.size(1);
    for_each_head(windows, heads, [&](std::int64_t w, std::int64_t h) {
      const HeadRows into_q{dq, windows.queries, w, h}, into_k{dk, windows.keys, w, h}, into_v{dv, windows.keys, w, h};
      if (into_q.rows() == 0) {  // nobody asked
        into_k.clear();
        into_v.clear();
        return;
      }
      const HeadInputs in{HeadRows{q, windows.queries, w, h}.read(Room::q),
                          HeadRows{k, windows.keys, w, h}.read(Room::k), HeadRows{v, windows.keys, w, h}.read(Room::v)};
      const HeadInputs into{into_q.target(Room::q_gradient), into_k.target(Room::k_gradient),
                            into_v.target(Room::v_gradient)};
      attend_backward(in, scale_of(q), {windows.p, windows.key_of(w, heads, h)},
                      HeadRows{gradient, windows.queries, w, h}.read(Room::gradient), rows_of(rows, h, into_q.first()),
                      into);
      into_q.store(into.q);
      into_k.store(into.k);
      into_v.store(into.v);
    });
    return {dq, dk, dv, {}};
  }
};

}  // namespace

at::Tensor attention_cpu(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, Boundaries query_windows,
                         Boundaries key_windows, double dropout, const DropoutKey& key) {
  const Windows windows{
      {query_windows.begin(), query_windows.end()},
      {key_windows.begin(), key_windows.end()},
      {static_cast<std::int64_t>(key.seed), static_cast<std::int64_t>(key.step), static_cast<std::int64_t>(key.draw)},
      dropout};
  return Attention::apply(q.contiguous(), k.contiguous(), v.contiguous(), windows);
}

}  // namespace cmgems::nn::ops
