#include "cmgems/corpus/corpus.h"

#include <algorithm>

#include "cmgems/corpus/examples.h"
#include "cmgems/corpus/permutation.h"

namespace cmgems::corpus {
namespace {

constexpr std::size_t kSpecialTokens = 2;  // [CLS] and [SEP]

}  // namespace

Corpus::Corpus(const genome::Genome& genome, const DataOptions& data, const masking::MaskingOptions& masking,
               const npmi::Table* table, std::uint64_t seed)
    : genome_(genome),
      data_(data),
      masking_(masking),
      table_(table),
      seed_(seed),
      vocabulary_(static_cast<int>(data.k)),
      windows_(cut_windows(genome, data, seed)),
      // shares windows_'s vector without owning it
      first_epoch_(std::shared_ptr<void>(), &windows_.train) {}

std::shared_ptr<const std::vector<Window>> Corpus::train_windows(std::uint64_t epoch) const {
  if (epoch == 0 || !data_.recut_each_epoch) return first_epoch_;
  const std::lock_guard lock(recut_mutex_);
  if (!recut_windows_ || recut_epoch_ != epoch) {
    recut_windows_ = std::make_shared<const std::vector<Window>>(cut_windows(genome_, data_, seed_, epoch).train);
    recut_epoch_ = epoch;
  }
  return recut_windows_;
}

std::uint64_t Corpus::end_of_epoch(std::uint64_t epoch) const {
  if (!data_.recut_each_epoch) return (epoch + 1) * windows_.train.size();
  for (;;) {
    std::uint64_t known = 0, last = 0;
    {
      const std::lock_guard lock(recut_mutex_);
      if (epoch < epoch_ends_.size()) return epoch_ends_[epoch];
      known = epoch_ends_.size();
      last = epoch_ends_.empty() ? 0 : epoch_ends_.back();
    }
    const std::uint64_t end = last + train_windows(known)->size();
    const std::lock_guard lock(recut_mutex_);
    if (epoch_ends_.size() == known) epoch_ends_.push_back(end);
  }
}

std::pair<std::uint64_t, std::uint64_t> Corpus::locate(std::uint64_t global_index) const {
  if (!data_.recut_each_epoch) return {global_index / windows_.train.size(), global_index % windows_.train.size()};
  std::uint64_t epoch = 0, begin = 0;
  while (global_index >= end_of_epoch(epoch)) begin = end_of_epoch(epoch++);
  return {epoch, global_index - begin};
}

MaskedExample Corpus::example(const Window& window, const masking::Masker& masker, Purpose purpose, std::uint64_t epoch,
                              std::uint64_t index, MaskStatistics& statistics) const {
  const ExampleMaker maker{genome_, vocabulary_, masker, masking_.random_ids, table_, seed_};
  return maker.make(window, purpose, epoch, index, statistics);
}

std::vector<Corpus::Drawn> Corpus::draw_windows(std::int64_t step, std::int64_t windows_per_step) const {
  std::vector<Drawn> drawn;
  drawn.reserve(static_cast<std::size_t>(windows_per_step));
  for (std::int64_t i = 0; i < windows_per_step; ++i) {
    const auto [epoch, position] = locate(static_cast<std::uint64_t>(step * windows_per_step + i));
    const auto windows = train_windows(epoch);
    const std::uint64_t index = Permutation(windows->size(), seed_, epoch)(position);
    drawn.push_back({(*windows)[index], epoch, index});
  }
  return drawn;
}

GlobalBatch Corpus::train_batch(std::int64_t step, std::int64_t windows_per_step,
                                std::span<const masking::Masker* const> maskers, const Choice& choice,
                                std::size_t budget_tokens, const Share& share) const {
  GlobalBatch batch;
  batch.step = step;
  batch.statistics.resize(maskers.size());
  const auto drawn = draw_windows(step, windows_per_step);
  std::vector<std::size_t> lengths;
  lengths.reserve(drawn.size());
  for (const auto& one : drawn) lengths.push_back(one.window.tokens + kSpecialTokens);
  const auto ranks = deal(lengths, share.world);
  std::vector<MaskedExample> examples;
  for (std::size_t i = 0; i < drawn.size(); ++i) {
    batch.tokens += lengths[i];
    if (ranks[i] != share.rank) continue;
    const auto& [window, epoch, index] = drawn[i];
    const std::size_t chosen = choice(static_cast<std::int64_t>(i));
    examples.push_back(example(window, *maskers[chosen], Purpose::mask, epoch, index, batch.statistics[chosen]));
  }
  batch.micro_batches = pack(examples, budget_tokens);
  for (const auto& micro_batch : batch.micro_batches) batch.masked += micro_batch.masked.size();
  batch.imbalance = imbalance_of(lengths, ranks, share.world);
  return batch;
}

GlobalBatch Corpus::train_batch(std::int64_t step, std::int64_t windows_per_step, const masking::Masker& masker,
                                std::size_t budget_tokens) const {
  const masking::Masker* const only = &masker;
  return train_batch(step, windows_per_step, {&only, 1}, [](std::int64_t) { return 0; }, budget_tokens);
}

std::vector<RaggedBatch> Corpus::validation_batches(std::int64_t count, const masking::Masker& masker,
                                                    std::size_t budget_tokens, std::uint64_t draw,
                                                    const Share& share) const {
  const Permutation order(windows_.validation.size(), seed_, kValidationEpoch);
  const auto wanted =
      std::min(static_cast<std::uint64_t>(count), static_cast<std::uint64_t>(windows_.validation.size()));
  std::vector<std::size_t> lengths;
  for (std::uint64_t i = 0; i < wanted; ++i) lengths.push_back(windows_.validation[order(i)].tokens + kSpecialTokens);
  const auto ranks = deal(lengths, share.world);
  std::vector<MaskedExample> examples;
  MaskStatistics ignored;
  for (std::uint64_t i = 0; i < wanted; ++i) {
    if (ranks[i] != share.rank) continue;
    const std::uint64_t index = order(i);
    examples.push_back(
        example(windows_.validation[index], masker, Purpose::validation_mask, kValidationEpoch - draw, index, ignored));
  }
  return pack(examples, budget_tokens);
}

}  // namespace cmgems::corpus
