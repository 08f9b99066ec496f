#include "cmgems/corpus/prefetch.h"

#include <atomic>
#include <stdexcept>
#include <thread>

#include "support/catch.h"

using namespace cmgems::corpus;

namespace {

GlobalBatch numbered(std::int64_t step) {
  GlobalBatch batch;
  batch.step = step;
  return batch;
}

}  // namespace

TEST_CASE("batches come in order, whatever the number of workers", "[corpus]") {
  for (int workers : {1, 4}) {
    Prefetcher prefetcher(numbered, workers, 3);
    prefetcher.open(0, 50);
    for (std::int64_t step = 0; step < 50; ++step) CHECK(prefetcher.next().step == step);
    prefetcher.open(50, 60);
    for (std::int64_t step = 50; step < 60; ++step) CHECK(prefetcher.next().step == step);
  }
}

TEST_CASE("nothing is made beyond the opened range", "[corpus]") {
  std::atomic<std::int64_t> highest{-1};
  Prefetcher prefetcher(
      [&](std::int64_t step) {
        highest = std::max(highest.load(), step);
        return numbered(step);
      },
      2, 100);
  prefetcher.open(0, 3);
  for (int i = 0; i < 3; ++i) prefetcher.next();
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  CHECK(highest == 2);
}

TEST_CASE("an error of a worker reaches the trainer", "[corpus]") {
  Prefetcher prefetcher([](std::int64_t) -> GlobalBatch { throw std::runtime_error("broken genome"); });
  prefetcher.open(0, 1);
  CHECK_THROWS_WITH(prefetcher.next(), "broken genome");
}
