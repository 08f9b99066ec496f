// Ranks that are threads of one process: what they compute must not depend on sockets. Include catch_torch.h first.
#pragma once

#include <ATen/Parallel.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/sum.h>

#include <barrier>
#include <cstring>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "cmgems/parallel/ranks.h"

namespace cmgems::test {

/// The common memory of some ranks.
struct Meeting {
  explicit Meeting(int world) : tensors(static_cast<std::size_t>(world)), texts(tensors.size()), gate(world) {}
  std::vector<at::Tensor> tensors;
  std::vector<std::string> texts;
  std::barrier<> gate;
  std::mutex mutex;
  std::string stop;
};

class ThreadRanks final : public parallel::Ranks {
 public:
  ThreadRanks(Meeting& meeting, int rank, int world) : Ranks(rank, world), meeting_(meeting) {}

  /// Begins when it is waited for: the order of the waits is that of the starts, on every rank.
  std::unique_ptr<Pending> start_sum(const at::Tensor& tensor) override {
    sums.push_back(tensor.numel());
    return std::make_unique<Sum>(*this, tensor);
  }
  void broadcast(const at::Tensor& tensor, int from) override { tensor.copy_(gather(tensor).select(0, from)); }
  at::Tensor gather(const at::Tensor& tensor) override {
    meeting_.tensors[index()] = tensor.detach();
    meeting_.gate.arrive_and_wait();
    auto all = at::stack(meeting_.tensors);
    meeting_.gate.arrive_and_wait();
    return all;
  }
  void sum(std::span<double> values) override {
    const auto own = at::empty({static_cast<std::int64_t>(values.size())}, at::kDouble);
    std::memcpy(own.mutable_data_ptr(), values.data(), values.size_bytes());
    const auto all = at::sum(gather(own), 0).contiguous();
    std::memcpy(values.data(), all.const_data_ptr(), values.size_bytes());
  }
  std::vector<std::string> gather(const std::string& text) override {
    meeting_.texts[index()] = text;
    meeting_.gate.arrive_and_wait();
    auto all = meeting_.texts;
    meeting_.gate.arrive_and_wait();
    return all;
  }
  bool wait_for_all() override {
    meeting_.gate.arrive_and_wait();
    return true;
  }
  void ask_to_stop(const std::string& reason) override {
    const std::lock_guard lock(meeting_.mutex);
    if (meeting_.stop.empty()) meeting_.stop = reason;
  }
  std::string stop_reason() const override {
    const std::lock_guard lock(meeting_.mutex);
    return meeting_.stop;
  }
  void fail(ExitCode, const std::string&) override {}

  std::vector<std::int64_t> sums;  // elements of each, in the order of their starts

 private:
  struct Sum final : Pending {
    Sum(ThreadRanks& ranks_, at::Tensor tensor_) : ranks(ranks_), tensor(std::move(tensor_)) {}
    void wait() override {
      const at::NoGradGuard no_grad;
      tensor.copy_(at::sum(ranks.gather(tensor), 0));
    }
    ThreadRanks& ranks;
    at::Tensor tensor;
  };
  std::size_t index() const { return static_cast<std::size_t>(rank()); }
  Meeting& meeting_;
};

/// Catch2's assertions are for one thread.
inline void need(bool condition, const char* what) {
  if (!condition) throw std::runtime_error(what);
}

/// Runs `work` once for each rank, on threads. Throws: what the first of them threw (the others then must end, too).
inline void on_ranks(int world, const std::function<void(ThreadRanks&)>& work) {
  Meeting meeting(world);
  std::vector<std::exception_ptr> problems(static_cast<std::size_t>(world));
  std::vector<std::thread> threads;
  for (int rank = 0; rank < world; ++rank) {
    threads.emplace_back([&, rank] {
      at::set_num_threads(1);  // of this one
      ThreadRanks ranks(meeting, rank, world);
      try {
        work(ranks);
      } catch (...) {
        problems[static_cast<std::size_t>(rank)] = std::current_exception();
        meeting.gate.arrive_and_drop();
      }
    });
  }
  for (auto& thread : threads) thread.join();
  for (const auto& problem : problems) {
    if (problem) std::rethrow_exception(problem);
  }
}

}  // namespace cmgems::test
