// The processes of one training, and what they do together. Every rank calls the same functions in the same order, from
// one thread; tensors lie on the device of the training. A single process has the same interface, which does nothing.
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "cmgems/base/error.h"
#include "cmgems/corpus/dealing.h"

namespace cmgems::parallel {

class Ranks {
 public:
  /// A collective operation on its way; it keeps its tensor alive.
  class Pending {
   public:
    virtual ~Pending() = default;
    /// Returns when the tensor holds the result, on a GPU for what is launched from here on. Throws: IoError.
    virtual void wait() = 0;
  };

  Ranks(int rank, int world) : rank_(rank), world_(world) {}
  virtual ~Ranks() = default;
  Ranks(const Ranks&) = delete;
  Ranks& operator=(const Ranks&) = delete;

  int rank() const { return rank_; }
  int world() const { return world_; }
  bool alone() const { return world_ == 1; }
  /// Writes checkpoints, logs and results.
  bool first() const { return rank_ == 0; }
  corpus::Share share() const { return {rank_, world_}; }

  /// Adds up over the ranks, in place: the same bits on every rank, whoever came first.
  virtual std::unique_ptr<Pending> start_sum(const at::Tensor& tensor) = 0;
  void sum(const at::Tensor& tensor) { start_sum(tensor)->wait(); }
  virtual void broadcast(const at::Tensor& tensor, int from) = 0;
  /// tensor, of one shape on all ranks -> [world, ...]
  virtual at::Tensor gather(const at::Tensor& tensor) = 0;

  /// Small values of the host, also beside a GPU, whose work goes on meanwhile.
  virtual void sum(std::span<double> values) = 0;
  virtual std::vector<std::string> gather(const std::string& text) = 0;
  /// Rank 0's text.
  std::string share_first(const std::string& text) { return gather(first() ? text : std::string())[0]; }

  /// Waits until all are here, however long that takes: ranks that died or stopped are found in other ways. -> false
  /// when somebody asked to stop before; the same on all ranks.
  virtual bool wait_for_all() = 0;

  /// A request to stop that came to this rank, told to all of them. The first one counts.
  virtual void ask_to_stop(const std::string& reason) = 0;
  /// Why some rank wants all to stop; empty = go on. Not the same on all ranks at the same time.
  virtual std::string stop_reason() const = 0;

  /// Tells the others that this rank ends in failure, so that they end with the same code and name it.
  virtual void fail(ExitCode code, const std::string& message) = 0;

 private:
  int rank_, world_;
};

std::unique_ptr<Ranks> one_process();

}  // namespace cmgems::parallel
