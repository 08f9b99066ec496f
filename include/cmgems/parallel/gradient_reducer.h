// Adds up gradients over the ranks while the backward pass still computes others.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "cmgems/parallel/ranks.h"

namespace torch::autograd {
struct Node;
}

namespace cmgems::parallel {

/// What a step's reduction took, in seconds: from the first bucket that was sent off to the end, and of that the time
/// that training stood still for.
struct ReductionTime {
  double whole = 0, waited = 0;
};

/// Gradients lie in buckets of a layout that depends on the parameters only, the last parameters in the first bucket,
/// since their gradients are ready first. A bucket is sent off when all its gradients are complete and all buckets
/// before it are off: the same order on every rank, and bits that do not depend on who is faster.
class GradientReducer {
 public:
  /// `parameters` in the order of the model, the trained ones, of one dtype. Both must outlive it.
  GradientReducer(std::vector<at::Tensor> parameters, Ranks& ranks, std::size_t bucket_bytes = kBucketBytes);
  ~GradientReducer();
  GradientReducer(const GradientReducer&) = delete;
  GradientReducer& operator=(const GradientReducer&) = delete;

  /// Before the first micro-batch: gradients are zero, in the memory of the buckets.
  void begin();
  /// Before the last backward pass: from here on, complete buckets are sent off.
  void arm() { armed_ = true; }
  /// Behind it, also when there was none: sends off what is left and waits for all. The parameters then have the sums.
  ReductionTime finish();

  std::size_t buckets() const { return buckets_.size(); }
  /// Bytes that each rank gives into the reduction of a step.
  std::size_t bytes() const;

  static constexpr std::size_t kBucketBytes = std::size_t{8} << 20;

 private:
  struct Bucket {
    at::Tensor flat;                      // [elements of all its parameters]
    std::vector<std::size_t> parameters;  // in the order of flat
    std::size_t missing = 0;              // gradients that are not complete
    std::unique_ptr<Ranks::Pending> sum;
  };
  void lay_out(std::size_t bucket_bytes);
  void add_hooks();
  void complete(std::size_t parameter);
  void send_off_complete();

  Ranks& ranks_;
  std::vector<at::Tensor> parameters_;
  std::vector<Bucket> buckets_;
  std::vector<std::size_t> bucket_of_;  // by parameter
  std::vector<at::Tensor> views_;       // by parameter, into its bucket
  std::vector<std::pair<std::shared_ptr<torch::autograd::Node>, std::uintptr_t>> hooks_;
  bool armed_ = false;
  std::size_t next_ = 0;  // first bucket that is not off
  double first_sent_ = 0;
};

}  // namespace cmgems::parallel
