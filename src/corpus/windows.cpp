#include "cmgems/corpus/windows.h"

#include <algorithm>
#include <string>

#include "cmgems/base/error.h"
#include "cmgems/base/log.h"
#include "cmgems/base/random.h"
#include "duplicates.h"

namespace cmgems::corpus {
namespace {

constexpr std::uint64_t kLongestBlock = 64'000;  // bases
constexpr std::uint64_t kBlocksAtLeast = 20;
constexpr std::uint32_t kShortestWindow = 5;  // tokens

/// Bases of one side, contiguous within a segment.
struct Region {
  std::uint64_t begin, end;
  bool validation;
};

/// Pieces of the segments between multiples of the block length: the units of the split.
std::vector<Region> blocks_of(const genome::Genome& genome) {
  const std::uint64_t length = std::max<std::uint64_t>(1, std::min(kLongestBlock, genome.size() / kBlocksAtLeast));
  std::vector<Region> blocks;
  for (const auto& segment : genome.segments()) {
    const std::uint64_t end = segment.begin + segment.length;
    for (std::uint64_t at = segment.begin; at < end;) {
      const std::uint64_t edge = std::min(end, (at / length + 1) * length);
      blocks.push_back({at, edge, false});
      at = edge;
    }
  }
  return blocks;
}

/// Marks blocks in an order drawn by seed until the share is reached; at least one on each side.
void draw_validation(std::vector<Region>& blocks, double share, std::uint64_t total, std::uint64_t seed) {
  std::vector<std::uint32_t> order(blocks.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  RandomStream random(seed, Purpose::blocks);
  std::uint64_t taken = 0;
  for (std::size_t i = 0; i + 1 < order.size(); ++i) {
    const auto left = static_cast<std::uint32_t>(order.size() - i);
    std::swap(order[i], order[i + random.below(left)]);
    blocks[order[i]].validation = true;
    taken += blocks[order[i]].end - blocks[order[i]].begin;
    if (static_cast<double>(taken) >= share * static_cast<double>(total)) return;
  }
}

/// Joins neighbouring blocks of the same side within a segment, so that windows may cross their edge.
std::vector<Region> regions_of(const genome::Genome& genome, const std::vector<Region>& blocks) {
  std::vector<Region> regions;
  std::size_t segment = 0;
  for (const auto& block : blocks) {
    bool starts_segment = false;
    while (segment < genome.segments().size() && genome.segments()[segment].begin <= block.begin) {
      starts_segment = genome.segments()[segment].begin == block.begin;
      ++segment;
    }
    if (!regions.empty() && !starts_segment && regions.back().validation == block.validation) {
      regions.back().end = block.end;
    } else {
      regions.push_back(block);
    }
  }
  return regions;
}

/// Calls `take` with every window of a region, in order.
template <class Take>
void cut_region(const Region& region, const DataOptions& options, RandomStream random, Take take) {
  const auto overhang = static_cast<std::uint64_t>(options.k - 1);
  const std::uint64_t shortest = kShortestWindow + overhang;
  const std::uint64_t longest = static_cast<std::uint64_t>(options.max_tokens) + overhang;
  const std::uint64_t length = region.end - region.begin;
  if (length < shortest) return;
  std::uint64_t at =
      region.begin + random.below(static_cast<std::uint32_t>(std::min(longest, (length - shortest) / 2 + 1)));
  while (at + shortest <= region.end) {
    auto tokens = static_cast<std::uint32_t>(options.max_tokens);
    if (random.uniform() >= options.full_length_share) {
      tokens = kShortestWindow + random.below(static_cast<std::uint32_t>(options.max_tokens) - kShortestWindow + 1);
    }
    tokens = static_cast<std::uint32_t>(std::min<std::uint64_t>(tokens, region.end - at - overhang));
    take(Window{at, tokens});
    at += tokens + overhang;
  }
}

/// Cuts twice: to count, and to fill vectors that never grow.
void cut_regions(const std::vector<Region>& regions, const DataOptions& options, std::uint64_t seed,
                 std::uint64_t epoch, WindowSet& set) {
  const auto each = [&](auto take) {
    for (std::size_t i = 0; i < regions.size(); ++i) {
      const bool validation = regions[i].validation;
      cut_region(regions[i], options, RandomStream(seed, Purpose::windows, epoch, i),
                 [&](const Window& window) { take(window, validation); });
    }
  };
  std::size_t training = 0, validating = 0;
  each([&](const Window&, bool validation) { ++(validation ? validating : training); });
  set.train.reserve(training);
  set.validation.reserve(validating);
  each([&](const Window& window, bool validation) { (validation ? set.validation : set.train).push_back(window); });
  for (const Region& region : regions) {
    (region.validation ? set.validation_bases : set.train_bases) += region.end - region.begin;
  }
}

}  // namespace

WindowSet cut_windows(const genome::Genome& genome, const DataOptions& options, std::uint64_t seed,
                      std::uint64_t epoch) {
  const auto overhang = static_cast<std::uint64_t>(options.k - 1);
  const std::uint64_t needed = kBlocksAtLeast * (kShortestWindow + overhang);
  const auto too_short = [&] {
    return DataError("the genome has " + format_count(genome.size()) +
                     " ACGT bases; pretraining with k=" + std::to_string(options.k) + " needs at least " +
                     format_count(needed) + " in stretches of " + std::to_string(kShortestWindow + overhang) +
                     " or more, for one block to train on and one to validate on: give a longer genome");
  };
  if (genome.size() < needed) throw too_short();
  auto blocks = blocks_of(genome);
  draw_validation(blocks, options.validation_share, genome.size(), seed);
  WindowSet set;
  const auto regions = regions_of(genome, blocks);
  cut_regions(regions, options, seed, epoch, set);
  set.duplicates = drop_duplicates(genome, overhang, set);
  if (set.train.empty() || set.validation.empty()) throw too_short();
  return set;
}

std::vector<Window> cover_windows(const genome::Genome& genome, int k, std::size_t longest) {
  const auto overhang = static_cast<std::uint64_t>(k - 1);
  std::vector<Window> windows;
  for (const auto& segment : genome.segments()) {
    if (segment.length <= overhang) continue;
    const std::uint64_t tokens = segment.length - overhang;
    const std::uint64_t count = (tokens + longest - 1) / longest;
    for (std::uint64_t i = 0, at = segment.begin; i < count; ++i) {
      const std::uint64_t size = tokens / count + (i < tokens % count ? 1 : 0);
      windows.push_back({at, size});
      at += size;
    }
  }
  return windows;
}

}  // namespace cmgems::corpus
