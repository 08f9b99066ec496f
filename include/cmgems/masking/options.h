// Options of the maskers: the configuration's `masking` section.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cmgems/base/options.h"

namespace cmgems::masking {

/// What the 10% of randomly replaced tokens are drawn from.
enum class RandomIds {
  kmers,       // k-mers only
  vocabulary,  // all ids, special tokens included (as the authors' released code does)
};

/// What the rank of a token is looked up with.
enum class RankBy {
  token,     // the token
  position,  // its position in the sequence, as if that were a token id (as released): masks ignore the sequence
};

enum class Half {
  best,   // the half of the centres with the best NPMI gets PMI spans (paper)
  first,  // the first half in order of position does (as released)
};

enum class SpanCount {
  round,     // max(1, round(p n)) spans (paper)
  binomial,  // Binomial(n, p) spans, possibly none (as released)
};

enum class Overlap {
  allow,     // the best tokens, whether or not their spans overlap (paper)
  suppress,  // a token whose span overlaps a chosen one is passed over
};

struct GeneMaskOptions {
  RankBy rank_by = RankBy::token;
  Half half = Half::best;
  std::int64_t all_pmi_below = 0;  // every centre gets a PMI span when ceil(m / 2) of m centres is below; 0 = never
};

struct GlobalOptions {
  RankBy rank_by = RankBy::token;
  SpanCount count = SpanCount::round;
  Overlap overlap = Overlap::allow;
};

struct PmiVocOptions {
  std::int64_t size = 500;  // k-mers of the vocabulary, the best ones of the table
};

struct MaskingOptions {
  std::string strategy = "cm-gems";  // a masker of masking/registry.h or a curriculum of curriculum/schedule.h
  double rate_scale = 1;             // multiplies every rate; 2 is the paper's doubled-rate study
  RandomIds random_ids = RandomIds::kmers;
  GeneMaskOptions genemask = {};
  GlobalOptions global = {};
  PmiVocOptions pmi_voc = {};
};
/// `strategies` are the words of `strategy`: the maskers, and the curricula of a layer below this one.
void describe(OptionVisitor& visitor, MaskingOptions& options, const std::vector<std::string_view>& strategies);

}  // namespace cmgems::masking
