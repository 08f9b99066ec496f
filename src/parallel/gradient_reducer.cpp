#include "cmgems/parallel/gradient_reducer.h"

#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/utils/lambda_post_hook.h>
#include <torch/csrc/autograd/variable.h>

#include <chrono>
#include <utility>

namespace cmgems::parallel {
namespace {

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

}  // namespace

GradientReducer::GradientReducer(std::vector<at::Tensor> parameters, Ranks& ranks, std::size_t bucket_bytes)
    : ranks_(ranks), parameters_(std::move(parameters)), bucket_of_(parameters_.size()), views_(parameters_.size()) {
  lay_out(bucket_bytes);
  add_hooks();
}

GradientReducer::~GradientReducer() {
  for (const auto& [node, key] : hooks_) node->del_post_hook(key);
}

void GradientReducer::lay_out(std::size_t bucket_bytes) {
  std::size_t filled = bucket_bytes;  // the first parameter opens a bucket
  for (std::size_t i = parameters_.size(); i-- > 0;) {
    if (filled >= bucket_bytes) {
      buckets_.emplace_back();
      filled = 0;
    }
    buckets_.back().parameters.push_back(i);
    bucket_of_[i] = buckets_.size() - 1;
    filled += parameters_[i].nbytes();
  }
  for (auto& bucket : buckets_) {
    std::int64_t elements = 0;
    for (const auto i : bucket.parameters) elements += parameters_[i].numel();
    bucket.flat = at::zeros({elements}, parameters_[bucket.parameters[0]].options().requires_grad(false));
    std::int64_t offset = 0;
    for (const auto i : bucket.parameters) {
      views_[i] = bucket.flat.narrow(0, offset, parameters_[i].numel()).view(parameters_[i].sizes());
      offset += parameters_[i].numel();
    }
  }
}

/// Runs behind the accumulation of a parameter's gradient, which is once a backward pass, also for shared weights.
void GradientReducer::add_hooks() {
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    auto node = torch::autograd::impl::grad_accumulator(parameters_[i]);
    const auto key = node->add_post_hook(std::make_unique<torch::autograd::utils::LambdaPostHook>(
        [this, i](const torch::autograd::variable_list& outputs, const torch::autograd::variable_list&) {
          if (armed_) complete(i);
          return outputs;
        }));
    hooks_.emplace_back(std::move(node), key);
  }
}

void GradientReducer::begin() {
  armed_ = false;
  next_ = 0;
  for (auto& bucket : buckets_) {
    bucket.flat.zero_();
    bucket.missing = bucket.parameters.size();
  }
  for (std::size_t i = 0; i < parameters_.size(); ++i) parameters_[i].mutable_grad() = views_[i];
}

void GradientReducer::complete(std::size_t parameter) {
  auto& bucket = buckets_[bucket_of_[parameter]];
  if (bucket.missing > 0) --bucket.missing;
  send_off_complete();
}

void GradientReducer::send_off_complete() {
  for (; next_ < buckets_.size() && buckets_[next_].missing == 0; ++next_) {
    if (next_ == 0) first_sent_ = now();
    buckets_[next_].sum = ranks_.start_sum(buckets_[next_].flat);
  }
}

ReductionTime GradientReducer::finish() {
  armed_ = false;
  const double start = now();
  for (auto& bucket : buckets_) bucket.missing = 0;
  send_off_complete();
  for (auto& bucket : buckets_) {
    bucket.sum->wait();
    bucket.sum.reset();
  }
  const double end = now();
  return {end - first_sent_, end - start};
}

std::size_t GradientReducer::bytes() const {
  std::size_t bytes = 0;
  for (const auto& bucket : buckets_) bytes += bucket.flat.nbytes();
  return bytes;
}

}  // namespace cmgems::parallel
