// What a piece of work spends its time on, by LibTorch's profiler.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace cmgems::nn {

/// An operation on the time line of one thread, nanoseconds.
struct Span {
  std::string name;
  std::int64_t begin = 0, end = 0;
};

/// What the operations of one name took, without what others took within them.
struct Cost {
  std::string name;
  std::int64_t calls = 0;
  double seconds = 0;
};

/// Time of each name's spans less that of the spans directly within them, largest first. Spans are nested or apart, as
/// those of calls are; of two that begin together the longer one holds the other.
std::vector<Cost> own_costs(std::vector<Span> spans);

/// Runs `work` under the profiler. On CPU: LibTorch's operations and ours on this thread, without those within them. On
/// CUDA: kernels and copies on the device, as "OPERATION: KERNEL". `work` must not return before the device is done.
/// Throws: what `work` throws, and the profile is then lost.
std::vector<Cost> costs_of(bool cuda, const std::function<void()>& work);

}  // namespace cmgems::nn
