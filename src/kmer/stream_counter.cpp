// Counts a genome while it is read: the reader packs blocks, threads take them from a short queue.
#include <condition_variable>
#include <deque>
#include <exception>
#include <optional>
#include <thread>

#include "tally.h"

namespace cmgems::kmer {
namespace {

using genome::PackedBlock;

/// A block owns the n-mers that start in it, but leaves those that start in its last word to the next one, which knows
/// how their segment goes on.
Piece piece_of(const PackedBlock& block) {
  const std::uint64_t before = genome::kBasesPerWord;
  const std::uint64_t end = block.begin + block.bases;
  // The word in front of the first block is empty: positions count from a word before the genome.
  const std::uint64_t first = block.index == 0 ? 0 : block.begin - before;
  const std::uint64_t last = block.last ? end : end - before;
  if (block.index == 0) return {block.content(), 0, first, last, block.segments};
  return {block.words, first, first, last, block.segments};
}

/// Hands blocks from the reader to the counting threads.
class BlockQueue {
 public:
  explicit BlockQueue(std::size_t most) : most_(most) {}

  /// False when the queue is full; the block is then still the caller's.
  bool offer(PackedBlock& block) {
    {
      const std::lock_guard lock(mutex_);
      if (blocks_.size() >= most_) return false;
      blocks_.push_back(std::move(block));
    }
    ready_.notify_one();
    return true;
  }

  /// Empty when the queue is closed and used up.
  std::optional<PackedBlock> take() {
    std::unique_lock lock(mutex_);
    ready_.wait(lock, [this] { return closed_ || !blocks_.empty(); });
    if (blocks_.empty()) return std::nullopt;
    PackedBlock block = std::move(blocks_.front());
    blocks_.pop_front();
    return block;
  }

  void close() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    ready_.notify_all();
  }

 private:
  std::size_t most_;
  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<PackedBlock> blocks_;
  bool closed_ = false;
};

/// The counting threads of one stream.
class StreamCounter {
 public:
  StreamCounter(int k, int threads)
      : totals_(k), own_(make_tally(k, totals_)), queue_(2 * static_cast<std::size_t>(threads)) {
    for (int i = 1; i < threads; ++i) workers_.emplace_back([this, k] { work(k); });
  }
  ~StreamCounter() { queue_.close(); }
  StreamCounter(const StreamCounter&) = delete;
  StreamCounter& operator=(const StreamCounter&) = delete;

  void take(PackedBlock block) {
    if (workers_.empty() || !queue_.offer(block)) count(block, *own_);
  }

  /// Throws: what a thread threw.
  void finish() {
    queue_.close();
    workers_.clear();
    own_->flush();
    if (failure_) std::rethrow_exception(failure_);
  }

  Totals& totals() { return totals_; }
  const std::vector<std::string>& block_hashes() const { return hashes_; }

 private:
  void work(int k) {
    try {
      const auto tally = make_tally(k, totals_);
      while (auto block = queue_.take()) count(*block, *tally);
      tally->flush();
    } catch (...) {
      const std::lock_guard lock(mutex_);
      failure_ = std::current_exception();
    }
  }

  void count(const PackedBlock& block, Tally& tally) {
    tally.count(piece_of(block));
    std::string hash = genome::hash_block(block.content());
    const std::lock_guard lock(mutex_);
    if (hashes_.size() <= block.index) hashes_.resize(block.index + 1);
    hashes_[block.index] = std::move(hash);
  }

  Totals totals_;
  std::unique_ptr<Tally> own_;
  BlockQueue queue_;
  std::mutex mutex_;  // of what follows
  std::vector<std::string> hashes_;
  std::exception_ptr failure_;
  std::vector<std::jthread> workers_;
};

}  // namespace

StreamCounts count_stream(const std::function<void(genome::GenomeBuilder&)>& fill, int k, int threads,
                          bool both_strands, const genome::Regions& regions) {
  check_k(k);
  StreamCounter counter(k, threads_for_counting(threads));
  genome::GenomeBuilder builder([&](PackedBlock block) { counter.take(std::move(block)); });
  builder.restrict_to(regions);
  fill(builder);
  StreamCounts result;
  result.outline = builder.finish_blocks();
  counter.finish();
  result.counts = all_lengths(counter.totals(), both_strands);
  result.hash = genome::hash_genome(result.outline.segments, counter.block_hashes());
  return result;
}

}  // namespace cmgems::kmer
