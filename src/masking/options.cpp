#include "cmgems/masking/options.h"

namespace cmgems::masking {
namespace {

template <class Enum>
int number(Enum value) {
  return static_cast<int>(value);
}

void rank_by(OptionVisitor& visitor, RankBy& value) {
  static const Words words{{"token", number(RankBy::token)}, {"position", number(RankBy::position)}};
  visitor.choice("rank_by", value, words);
}

void describe(OptionVisitor& visitor, GeneMaskOptions& options) {
  static const Words halves{{"best", number(Half::best)}, {"first", number(Half::first)}};
  rank_by(visitor, options.rank_by);
  visitor.choice("half", options.half, halves);
  visitor.field("all_pmi_below", options.all_pmi_below, Bounds{0, 1e6});
}

void describe(OptionVisitor& visitor, GlobalOptions& options) {
  static const Words counts{{"round", number(SpanCount::round)}, {"binomial", number(SpanCount::binomial)}};
  static const Words overlaps{{"allow", number(Overlap::allow)}, {"suppress", number(Overlap::suppress)}};
  rank_by(visitor, options.rank_by);
  visitor.choice("count", options.count, counts);
  visitor.choice("overlap", options.overlap, overlaps);
}

}  // namespace

void describe(OptionVisitor& visitor, MaskingOptions& options, const std::vector<std::string_view>& strategies) {
  static const Words random_ids{{"kmers", number(RandomIds::kmers)}, {"vocabulary", number(RandomIds::vocabulary)}};
  visitor.name("strategy", options.strategy, strategies);
  visitor.field("rate_scale", options.rate_scale, Bounds{0.01, 6});
  visitor.choice("random_ids", options.random_ids, random_ids);
  visitor.begin_group("genemask");
  describe(visitor, options.genemask);
  visitor.end_group();
  visitor.begin_group("global");
  describe(visitor, options.global);
  visitor.end_group();
  visitor.begin_group("pmi_voc");
  visitor.field("size", options.pmi_voc.size, Bounds{1, 65'536});
  visitor.end_group();
}

}  // namespace cmgems::masking
