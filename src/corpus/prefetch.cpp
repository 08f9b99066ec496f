#include "cmgems/corpus/prefetch.h"

#include <condition_variable>
#include <exception>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace cmgems::corpus {

struct Prefetcher::State {
  Make make;
  std::int64_t depth;
  std::mutex mutex;
  std::condition_variable work, ready;
  std::int64_t next_to_make = 0, next_to_take = 0, end = 0;
  std::map<std::int64_t, GlobalBatch> made;
  std::exception_ptr error;
  bool stop = false;
  std::vector<std::thread> threads;

  bool may_make() const { return next_to_make < end && next_to_make < next_to_take + depth; }

  void run() {
    std::unique_lock lock(mutex);
    for (;;) {
      work.wait(lock, [this] { return stop || may_make(); });
      if (stop) return;
      const std::int64_t step = next_to_make++;
      lock.unlock();
      try {
        GlobalBatch batch = make(step);
        lock.lock();
        made.emplace(step, std::move(batch));
      } catch (...) {
        lock.lock();
        error = std::current_exception();
      }
      ready.notify_all();
    }
  }
};

Prefetcher::Prefetcher(Make make, int workers, int depth) : state_(std::make_unique<State>()) {
  state_->make = std::move(make);
  state_->depth = depth;
  for (int i = 0; i < workers; ++i) state_->threads.emplace_back([state = state_.get()] { state->run(); });
}

Prefetcher::~Prefetcher() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stop = true;
  }
  state_->work.notify_all();
  for (auto& thread : state_->threads) thread.join();
}

void Prefetcher::open(std::int64_t first, std::int64_t end) {
  {
    const std::lock_guard lock(state_->mutex);
    state_->next_to_make = state_->next_to_take = first;
    state_->end = end;
  }
  state_->work.notify_all();
}

GlobalBatch Prefetcher::next() {
  std::unique_lock lock(state_->mutex);
  const std::int64_t step = state_->next_to_take;
  state_->ready.wait(lock, [&] { return state_->error || state_->made.contains(step); });
  if (state_->error) std::rethrow_exception(state_->error);
  auto node = state_->made.extract(step);
  ++state_->next_to_take;
  lock.unlock();
  state_->work.notify_all();
  return std::move(node.mapped());
}

}  // namespace cmgems::corpus
