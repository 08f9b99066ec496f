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
constexpr std::uint64_t kPieceBases = std::uint64_t{1} << 20;  // made at once
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

/// The chain, as long as one likes. The random numbers do not depend on the bases, so that their computation overlaps
/// with the walk.
class Background {
 public:
  explicit Background(RandomStream stream) : stream_(stream), start_(draw_start(stream_)) {}

  /// The next bases.
  void fill(std::span<std::uint8_t> codes) {
    std::size_t i = 0;
    for (; i < codes.size() && done_ < kStartBases; ++i, ++done_) {
      codes[i] = static_cast<std::uint8_t>(start_ >> (2 * (kStartBases - 1 - done_)) & 3);
      context_ = (context_ << 2 | codes[i]) % kContexts;
    }
    const auto& limits = human_chain().limits;
    RandomStream stream = stream_;  // locals stay in registers
    std::uint32_t context = context_;
    for (; i < codes.size(); ++i) {
      const std::uint32_t draw = stream.next();
      const Limits& limit = limits[context];
      const std::uint32_t code = std::uint32_t{draw >= limit[0]} + (draw >= limit[1]) + (draw >= limit[2]);
      codes[i] = static_cast<std::uint8_t>(code);
      context = (context << 2 | code) % kContexts;
    }
    stream_ = stream;
    context_ = context;
  }

 private:
  RandomStream stream_;
  std::uint32_t start_;
  std::size_t done_ = 0;  // of the start
  std::uint32_t context_ = 0;
};

/// Copies motifs over the background; gaps between starts are uniform in [spacing / 2, 3 / 2 spacing). A motif that
/// does not fit before the genome's end is left out, with all after it.
class Motifs {
 public:
  Motifs(RandomStream stream, std::uint64_t length) : stream_(stream), length_(length) { draw(); }

  /// `codes` are the bases from `begin` on; pieces come in order.
  void plant(std::uint64_t begin, std::span<std::uint8_t> codes) {
    const std::uint64_t end = begin + codes.size();
    while (position_ < end && position_ + motif_.size() <= length_) {
      for (std::uint64_t at = std::max(position_, begin); at < std::min(position_ + motif_.size(), end); ++at) {
        codes[at - begin] = base_code(motif_[at - position_]);
      }
      if (position_ + motif_.size() > end) return;  // the rest is in the next piece
      draw();
    }
  }

 private:
  void draw() {
    const auto& motifs = planted_motifs();
    position_ += kMotifSpacing / 2 + stream_.below(kMotifSpacing + 1);
    motif_ = motifs[stream_.below(static_cast<std::uint32_t>(motifs.size()))];
  }

  RandomStream stream_;
  std::uint64_t length_, position_ = 0;
  std::string_view motif_;
};

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

void append_synthetic(GenomeBuilder& builder, const SyntheticOptions& options) {
  const auto seed = static_cast<std::uint64_t>(options.seed);
  const auto length = static_cast<std::uint64_t>(options.length);
  Background background(RandomStream(seed, Purpose::synthetic, 0, kGenomeStream));
  Motifs motifs(RandomStream(seed, Purpose::synthetic, 0, kMotifStream), length);
  builder.reserve(length);
  builder.begin_contig("synthetic");
  std::vector<std::uint8_t> codes;
  for (std::uint64_t done = 0; done < length; done += codes.size()) {
    codes.resize(std::min(kPieceBases, length - done));
    background.fill(codes);
    motifs.plant(done, codes);
    builder.append_codes(codes);
  }
}

Genome synthetic_genome(const SyntheticOptions& options) {
  GenomeBuilder builder;
  append_synthetic(builder, options);
  return builder.finish();
}

std::vector<std::uint8_t> synthetic_background(std::size_t length, std::uint64_t seed, std::uint64_t a) {
  std::vector<std::uint8_t> codes(length);
  Background(RandomStream(seed, Purpose::synthetic, a, kBackgroundStream)).fill(codes);
  return codes;
}

}  // namespace cmgems::genome
