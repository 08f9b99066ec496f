#include "cmgems/masking/masker.h"

namespace cmgems::masking {
namespace {

/// DNABERT's masking ("ORI" in the papers): a single-nucleotide span around each drawn centre.
class RandomMasker final : public Masker {
 public:
  RandomMasker(int k, double rate_scale) : k_(k), rate_(random_rate(k) * rate_scale) {}

  void plan(std::span<const kmer::TokenId> tokens, RandomStream& random, MaskPlan& plan) const override {
    start_plan(plan, tokens.size());
    std::vector<std::uint32_t> centres;
    draw_centres(tokens.size(), rate_, random, centres);
    for (const auto centre : centres) add_span(plan, single_nucleotide_span(centre, k_, tokens.size()), false);
    finish_plan(plan);
  }

 private:
  int k_;
  double rate_;
};

}  // namespace

std::unique_ptr<Masker> make_random_masker(int k, double rate_scale) {
  return std::make_unique<RandomMasker>(k, rate_scale);
}

}  // namespace cmgems::masking
