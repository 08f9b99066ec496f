// Worker threads that fill global batches ahead of the trainer. Never past the next evaluation, so that a switch of
// the masker acts from the very next step. Results do not depend on the number of workers.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "cmgems/corpus/corpus.h"

namespace cmgems::corpus {

class Prefetcher {
 public:
  using Make = std::function<GlobalBatch(std::int64_t step)>;
  /// `make` is called from `workers` threads, concurrently. At most `depth` batches wait.
  Prefetcher(Make make, int workers = 1, int depth = 4);
  ~Prefetcher();
  Prefetcher(const Prefetcher&) = delete;
  Prefetcher& operator=(const Prefetcher&) = delete;

  /// Allows steps [first, end) to be made; REQUIRES: all earlier ones were taken.
  void open(std::int64_t first, std::int64_t end);
  /// The batch of the next step, in order. Throws: what `make` threw.
  GlobalBatch next();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cmgems::corpus
