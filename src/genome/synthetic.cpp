#include "cmgems/genome/synthetic.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <span>

#include "cmgems/base/random.h"

namespace cmgems::genome {
namespace {

constexpr std::uint32_t kContexts = 1024;  // 4^5
constexpr std::size_t kStartBases = 6;
// Last argument of the random streams: the genome never shares numbers with a task's background.
constexpr std::uint64_t kBackgroundStream = 0, kGenomeStream = 1, kMotifStream = 2;

/// The next base after a context is the number of limits that a 32-bit random number reaches: probabilities are exact
/// to 2^-32.
using Limits = std::array<std::uint32_t, 3>;

Limits limits_of(std::span<const std::uint64_t, 4> counts) {
  const std::uint64_t total = counts[0] + counts[1] + counts[2] + counts[3];
  Limits limits{};
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < limits.size(); ++i) {
    sum += counts[i];
    limits[i] = static_cast<std::uint32_t>((sum << 32) / total);
  }
  return limits;
}

/// Order-5 Markov chain of the human 6-mer counts.
struct Chain {
  std::array<Limits, kContexts> limits;
  std::uint32_t total;
};

const Chain& human_chain() {
  static const Chain chain = [] {
    const auto& counts = human_6mer_counts();
    Chain made{};
    for (std::size_t context = 0; context < kContexts; ++context) {
      made.limits[context] = limits_of(std::span<const std::uint64_t, 4>(&counts[4 * context], 4));
    }
    made.total = static_cast<std::uint32_t>(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}));
    return made;
  }();
  return chain;
}

/// A 6-mer drawn by its count: the chain starts where it would be after a long time.
std::uint32_t draw_start(RandomStream& stream) {
  const auto& counts = human_6mer_counts();
  std::uint64_t left = stream.below(human_chain().total);
  std::uint32_t kmer = 0;
  while (left >= counts[kmer]) left -= counts[kmer++];
  return kmer;
}

/// Fills `codes` with bases of the chain. The random numbers do not depend on the bases, so that their computation
/// overlaps with the walk.
void fill_background(RandomStream& stream, std::span<std::uint8_t> codes) {
  const auto& limits = human_chain().limits;
  const std::uint32_t start = draw_start(stream);
  const std::size_t head = std::min(codes.size(), kStartBases);
  for (std::size_t i = 0; i < head; ++i) codes[i] = static_cast<std::uint8_t>(start >> (2 * (kStartBases - 1 - i)) & 3);
  std::uint32_t context = start % kContexts;
  for (std::size_t i = head; i < codes.size(); ++i) {
    const std::uint32_t draw = stream.next();
    const Limits& limit = limits[context];
    const std::uint32_t code = std::uint32_t{draw >= limit[0]} + (draw >= limit[1]) + (draw >= limit[2]);
    codes[i] = static_cast<std::uint8_t>(code);
    context = (context << 2 | code) % kContexts;
  }
}

/// Copies motifs over the background; gaps between starts are uniform in [spacing / 2, 3 / 2 spacing).
void plant_motifs(RandomStream& stream, std::span<std::uint8_t> codes) {
  const auto& motifs = planted_motifs();
  std::size_t position = 0;
  while (true) {
    position += kMotifSpacing / 2 + stream.below(kMotifSpacing + 1);
    const std::string_view motif = motifs[stream.below(static_cast<std::uint32_t>(motifs.size()))];
    if (position + motif.size() > codes.size()) return;
    std::transform(motif.begin(), motif.end(), codes.begin() + static_cast<std::ptrdiff_t>(position), base_code);
  }
}

}  // namespace

void describe(OptionVisitor& visitor, SyntheticOptions& options) {
  visitor.field("length", options.length, Bounds{1000, 4e9});
  visitor.field("seed", options.seed, kNotNegative);
}

const std::vector<std::string_view>& planted_motifs() {
  // Consensus sequences of vertebrate core promoters and common transcription factors.
  static const std::vector<std::string_view> motifs{
      "TATAAAAG",      // TATA box
      "AGCCAATCAG",    // CCAAT box (NF-Y)
      "GGGGCGGGGC",    // GC box (SP1)
      "GTCACGTGAC",    // E-box (USF1)
      "TGACGTCA",      // cAMP response element (CREB)
      "ATGAGTCAT",     // AP-1 (FOS-JUN)
      "CCACCAGGGGGC",  // CTCF core
  };
  return motifs;
}

Genome synthetic_genome(const SyntheticOptions& options) {
  const auto seed = static_cast<std::uint64_t>(options.seed);
  std::vector<std::uint8_t> codes(static_cast<std::size_t>(options.length));
  RandomStream background(seed, Purpose::synthetic, 0, kGenomeStream);
  fill_background(background, codes);
  RandomStream motifs(seed, Purpose::synthetic, 0, kMotifStream);
  plant_motifs(motifs, codes);
  GenomeBuilder builder;
  builder.begin_contig("synthetic");
  builder.append_codes(codes);
  return builder.finish();
}

std::vector<std::uint8_t> synthetic_background(std::size_t length, std::uint64_t seed, std::uint64_t a) {
  std::vector<std::uint8_t> codes(length);
  RandomStream stream(seed, Purpose::synthetic, a, kBackgroundStream);
  fill_background(stream, codes);
  return codes;
}

}  // namespace cmgems::genome
