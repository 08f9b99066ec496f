#include "cmgems/masking/corruption.h"

namespace cmgems::masking {

void corrupt(std::span<kmer::TokenId> tokens, std::span<const std::uint32_t> positions,
             const kmer::Vocabulary& vocabulary, RandomIds random_ids, RandomStream& random) {
  for (const auto position : positions) {
    const std::uint32_t fate = random.below(10);
    const auto random_id =
        random_ids == RandomIds::kmers
            ? kmer::kFirstKmer +
                  static_cast<kmer::TokenId>(random.below(static_cast<std::uint32_t>(vocabulary.kmers())))
            : static_cast<kmer::TokenId>(random.below(static_cast<std::uint32_t>(vocabulary.size())));
    if (fate < 8) {
      tokens[position] = kmer::kMask;
    } else if (fate == 8) {
      tokens[position] = random_id;
    }
  }
}

}  // namespace cmgems::masking
