#include "step_parts.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/zeros_like.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <functional>
#include <numeric>

#include "cmgems/nn/device_cache.h"
#include "cmgems/nn/ragged.h"
#include "cmgems/train/adamw.h"
#include "cmgems/train/lm_step.h"
#include "stopwatch.h"

namespace cmgems::apps {
namespace {

using torch::autograd::variable_list;

/// A linear layer by its sizes.
struct Layer {
  std::int64_t in, out;
};

/// Which rows of the micro-batches a part works on.
enum class Rows { all, selected };

class Measurement {
 public:
  Measurement(BenchModel& bench, double seconds)
      : bench_(bench),
        seconds_(seconds),
        device_(train::device_of(bench.runtime)),
        compute_(bench.runtime.bf16 ? at::kBFloat16 : at::kFloat) {
    auto batch = bench.batch(0);
    for (std::int64_t step = 1; train::masked_tokens(batch.micro_batches) == 0; ++step) batch = bench.batch(step);
    for (const auto& micro : batch.micro_batches) {
      if (!micro.masked.empty()) micros_.push_back(nn::to_masked(micro, device_));
    }
    for (const auto& micro : micros_) {
      result_.tokens += rows_of(micro, Rows::all);
      result_.selected += rows_of(micro, Rows::selected);
    }
  }

  StepParts run() {
    add_embeddings();
    const std::int64_t layers = bench_.shape().num_hidden_layers;
    if (layers > 1) add_layers(Rows::all, layers - 1);
    add_last_keys();
    add_layers(Rows::selected, 1);
    add_head();
    add_optimizer();
    result_.copy_rate = copy_rate();
    return std::move(result_);
  }

 private:
  static std::int64_t rows_of(const nn::MaskedBatch& micro, Rows rows) {
    return rows == Rows::all ? micro.input.tokens() : micro.labels.size(0);
  }
  static const std::vector<std::int32_t>& edges_of(const nn::MaskedBatch& micro, Rows rows) {
    return rows == Rows::all ? micro.input.boundaries : micro.selection.boundaries;
  }

  at::Tensor leaf(at::IntArrayRef sizes, at::ScalarType type = at::kFloat) const {
    return at::randn(sizes, at::TensorOptions(device_).dtype(type)).requires_grad_();
  }

  /// The micro-batches of a step share a cache: weights are cast once.
  nn::Pass new_pass(const std::shared_ptr<nn::DeviceCache>& cache) const {
    nn::Pass pass = train::make_pass(bench_.runtime, nn::DropoutStream(1, 0, 0));
    pass.cache = cache;
    return pass;
  }

  /// Mean time of work(), which returns something that is computed last.
  double seconds_of(const std::function<at::Tensor()>& work) const {
    wait_for(work());
    Stopwatch watch;
    double spent = 0;
    std::int64_t calls = 0;
    for (std::int64_t batch = 1; spent < seconds_; batch *= 2) {  // waiting as seldom as the time allows
      at::Tensor last;
      for (std::int64_t i = 0; i < batch; ++i) last = work();
      wait_for(last);
      spent += watch.lap();
      calls += batch;
    }
    return spent / static_cast<double>(calls);
  }

  /// `operation` is a micro-batch's forward pass, `inputs` what it is differentiated by.
  using Operation = std::function<at::Tensor(nn::Pass&)>;
  struct Work {
    Operation operation;
    variable_list inputs;
  };

  /// Forward and backward of one piece of work a micro-batch.
  double seconds_of(const std::vector<Work>& list) const {
    variable_list slopes;
    for (const auto& work : list) {
      nn::Pass pass = new_pass(std::make_shared<nn::DeviceCache>());
      const auto y = work.operation(pass);
      slopes.push_back(at::ones(y.sizes(), y.options()));
    }
    return seconds_of([&] {
      const auto cache = std::make_shared<nn::DeviceCache>();
      at::Tensor last;
      for (std::size_t i = 0; i < list.size(); ++i) {
        nn::Pass pass = new_pass(cache);
        last = torch::autograd::grad({list[i].operation(pass)}, list[i].inputs, {slopes[i]})[0];
      }
      return last;
    });
  }

  /// A part that is `calls` times what make(micro-batch) gives.
  void add(const std::string& name, std::int64_t calls, Rows rows, const std::vector<Layer>& layers,
           const std::function<Work(const nn::MaskedBatch&)>& make) {
    std::vector<Work> list;
    for (const auto& micro : micros_) list.push_back(make(micro));
    StepPart part{name, calls, static_cast<double>(calls) * seconds_of(list)};
    for (const auto& layer : layers) part.product_seconds += static_cast<double>(calls) * products_of(layer, rows);
    result_.parts.push_back(part);
  }

  /// Time of a layer's products, measured once.
  double products_of(const Layer& layer, Rows rows) {
    const bool selected = rows == Rows::selected;
    const auto known = std::find_if(result_.products.begin(), result_.products.end(), [&](const LayerProducts& p) {
      return p.in == layer.in && p.out == layer.out && p.selected == selected;
    });
    if (known != result_.products.end()) return known->seconds();
    result_.products.push_back(measure_products(layer, rows));
    return result_.products.back().seconds();
  }

  LayerProducts measure_products(const Layer& layer, Rows rows) const {
    const auto plain = at::TensorOptions(device_).dtype(compute_);
    const auto weight = at::randn({layer.out, layer.in}, plain);
    std::vector<at::Tensor> inputs, gradients;
    for (const auto& micro : micros_) {
      inputs.push_back(at::randn({rows_of(micro, rows), layer.in}, plain));
      gradients.push_back(at::randn({rows_of(micro, rows), layer.out}, plain));
    }
    const auto each = [&](const std::function<at::Tensor(std::size_t)>& product) {
      return seconds_of([&] {
        at::Tensor last;
        for (std::size_t i = 0; i < micros_.size(); ++i) last = product(i);
        return last;
      });
    };
    const auto count = static_cast<double>(rows == Rows::all ? result_.tokens : result_.selected);
    return {layer.in,
            layer.out,
            rows == Rows::selected,
            2 * count * static_cast<double>(layer.in * layer.out),
            each([&](std::size_t i) { return at::mm(inputs[i], weight.t()); }),
            each([&](std::size_t i) { return at::mm(gradients[i], weight); }),
            each([&](std::size_t i) { return at::mm(gradients[i].t(), inputs[i]); })};
  }

  void add_embeddings() {
    const auto& shape = bench_.shape();
    const std::int64_t hidden = shape.hidden_size;
    const auto words = leaf({shape.vocab_size, hidden}), positions = leaf({shape.max_position_embeddings, hidden}),
               types = leaf({shape.type_vocab_size, hidden}), gamma = leaf({hidden}), beta = leaf({hidden});
    add("embeddings", 1, Rows::all, {}, [&](const nn::MaskedBatch& micro) {
      return Work{[=, &shape, this](nn::Pass& pass) {
                    return nn::ops::dropout(nn::ops::embed(micro.input.ids, micro.input.positions, words, positions,
                                                           types, gamma, beta, shape.layer_norm_eps, pass),
                                            shape.hidden_dropout_prob, pass);
                  },
                  {words, positions, types, gamma, beta}};
    });
  }

  void add_linear(const std::string& name, std::int64_t calls, Rows rows) {
    const std::int64_t hidden = bench_.shape().hidden_size;
    const auto weight = leaf({hidden, hidden}), bias = leaf({hidden});
    add(name, calls, rows, {{hidden, hidden}}, [&](const nn::MaskedBatch& micro) {
      const auto x = leaf({rows_of(micro, rows), hidden});
      return Work{[=](nn::Pass& pass) { return nn::ops::linear(x, weight, bias, pass); }, {x, weight, bias}};
    });
  }

  /// Keys and values of the last layer, which every token has.
  void add_last_keys() { add_linear("last layer: keys, values", 2, Rows::all); }

  void add_layers(Rows rows, std::int64_t layers) {
    const auto& shape = bench_.shape();
    const std::int64_t hidden = shape.hidden_size, wide = shape.intermediate_size, heads = shape.num_attention_heads;
    const std::string where = rows == Rows::all ? "" : "last layer: ";
    add_linear(where + (rows == Rows::all ? "queries, keys, values, outputs" : "queries, outputs"),
               rows == Rows::all ? 4 * layers : 2 * layers, rows);
    add(where + "attention", layers, rows, {}, [&](const nn::MaskedBatch& micro) {
      const auto states = [&](Rows of) { return leaf({rows_of(micro, of), heads, hidden / heads}, compute_); };
      const auto q = states(rows), k = states(Rows::all), v = states(Rows::all);
      return Work{[=, &shape, asking = edges_of(micro, rows), all = edges_of(micro, Rows::all)](nn::Pass& pass) {
                    return nn::ops::attention(q, k, v, asking, all, shape.attention_probs_dropout_prob, pass);
                  },
                  {q, k, v}};
    });
    const auto first = leaf({wide, hidden}), first_bias = leaf({wide}), second = leaf({hidden, wide}),
               second_bias = leaf({hidden}), gamma = leaf({hidden}), beta = leaf({hidden});
    add(where + "dropout, residual, LayerNorm", 2 * layers, rows, {}, [&](const nn::MaskedBatch& micro) {
      const auto x = leaf({rows_of(micro, rows), hidden}, compute_), residual = leaf({rows_of(micro, rows), hidden});
      return Work{[=, &shape](nn::Pass& pass) {
                    return nn::ops::dropout_add_layer_norm(x, residual, shape.hidden_dropout_prob, gamma, beta,
                                                           shape.layer_norm_eps, pass);
                  },
                  {x, residual, gamma, beta}};
    });
    add(where + "feed-forward", layers, rows, {{hidden, wide}, {wide, hidden}}, [&](const nn::MaskedBatch& micro) {
      const auto x = leaf({rows_of(micro, rows), hidden});
      return Work{
          [=](nn::Pass& pass) { return nn::ops::feed_forward(x, first, first_bias, second, second_bias, pass); },
          {x, first, first_bias, second, second_bias}};
    });
  }

  void add_head() {
    const auto& shape = bench_.shape();
    const std::int64_t hidden = shape.hidden_size, vocabulary = shape.vocab_size;
    const auto dense = leaf({hidden, hidden}), dense_bias = leaf({hidden}), words = leaf({vocabulary, hidden}),
               bias = leaf({vocabulary});
    add("head and loss", 1, Rows::selected, {{hidden, hidden}, {hidden, vocabulary}},
        [&](const nn::MaskedBatch& micro) {
          const auto x = leaf({rows_of(micro, Rows::selected), hidden});
          return Work{[=, this, labels = micro.labels](nn::Pass& pass) {
                        const auto y =
                            bench_.model->layer_norm->forward(nn::ops::linear_gelu(x, dense, dense_bias, pass));
                        return nn::ops::cross_entropy_sum(nn::ops::linear(y, words, bias, pass), labels, pass);
                      },
                      {x, dense, dense_bias, words, bias}};
        });
  }

  void add_optimizer() {
    const auto& options = bench_.config().train;
    train::AdamW optimizer(*bench_.model,
                           {options.adam_beta1, options.adam_beta2, options.adam_epsilon, options.weight_decay});
    for (const auto& parameter : optimizer.parameters()) parameter.mutable_grad() = at::zeros_like(parameter);
    const double seconds = seconds_of([&] {
      const auto norm = optimizer.clip_gradients(options.max_grad_norm);
      optimizer.step(0);
      return norm;
    });
    optimizer.clear_gradients();
    result_.parts.push_back({"clipping, AdamW", 1, seconds, 0});
  }

  double copy_rate() const {
    const std::int64_t bytes = bench_.runtime.cuda ? std::int64_t{1} << 30 : std::int64_t{1} << 28;
    const auto from = at::ones({bytes / 4}, at::TensorOptions(device_)), to = at::empty_like(from);
    return 2 * static_cast<double>(bytes) / seconds_of([&] { return to.copy_(from); });
  }

  BenchModel& bench_;
  double seconds_;
  at::Device device_;
  at::ScalarType compute_;
  std::vector<nn::MaskedBatch> micros_;
  StepParts result_;
};

template <class Value>
double sum(const std::vector<StepPart>& parts, Value value) {
  return std::accumulate(parts.begin(), parts.end(), 0.0,
                         [&](double total, const StepPart& part) { return total + part.*value; });
}

}  // namespace

double StepParts::seconds() const { return sum(parts, &StepPart::seconds); }
double StepParts::product_seconds() const { return sum(parts, &StepPart::product_seconds); }

StepParts measure_parts(BenchModel& bench, double seconds) { return Measurement(bench, seconds).run(); }

}  // namespace cmgems::apps
