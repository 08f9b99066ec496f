#include "cmgems/corpus/examples.h"

#include "cmgems/masking/corruption.h"

namespace cmgems::corpus {

MaskedExample ExampleMaker::make(const Window& window, Purpose purpose, std::uint64_t epoch, std::uint64_t index,
                                 MaskStatistics& statistics) const {
  thread_local std::vector<std::uint8_t> codes;
  thread_local masking::MaskPlan plan;
  MaskedExample result;
  codes.resize(window.tokens + static_cast<std::size_t>(vocabulary.k() - 1));
  genome.unpack(window.begin, codes);
  result.tokens.resize(window.tokens);
  kmer::tokenize_codes(vocabulary, codes, result.tokens);

  RandomStream mask_stream(seed, purpose, epoch, index);
  masker.plan(result.tokens, mask_stream, plan);
  statistics.add(statistics_of(plan, result.tokens, vocabulary.k(), table));
  result.positions = plan.positions;
  for (const auto position : plan.positions) result.labels.push_back(result.tokens[position]);

  RandomStream corruption_stream(seed, Purpose::corruption, epoch, index);
  masking::corrupt(result.tokens, result.positions, vocabulary, random_ids, corruption_stream);
  return result;
}

}  // namespace cmgems::corpus
