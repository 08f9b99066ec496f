#include "cmgems/masking/registry.h"
#include "cmgems/masking/spans.h"

namespace cmgems::masking {
namespace {

/// DNABERT's masking ("ORI" in the papers): a single-nucleotide span around each drawn centre.
class RandomMasker final : public Masker {
 public:
  RandomMasker(int k, double rate) : k_(k), rate_(rate) {}

 private:
  void draw(std::span<const kmer::TokenId> tokens, RandomStream& random,
            std::vector<std::uint32_t>& drawn) const override {
    draw_centres(tokens.size(), rate_, random, drawn);
  }

  void place(std::span<const kmer::TokenId>, std::span<const std::uint32_t> drawn, MaskPlan& plan) const override {
    for (const auto centre : drawn) add_single_nucleotide_span(plan, centre, k_);
  }

  int k_;
  double rate_;
};

}  // namespace

std::unique_ptr<Masker> make_random(const MaskerInputs& inputs) {
  return std::make_unique<RandomMasker>(inputs.k, random_rate(inputs.k) * inputs.options.rate_scale);
}

}  // namespace cmgems::masking
