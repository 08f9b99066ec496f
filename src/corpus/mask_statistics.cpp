#include "cmgems/corpus/mask_statistics.h"

namespace cmgems::corpus {
namespace {

/// The last of the neighbouring masked tokens that begin with plan.positions[i]: its place in plan.positions.
std::size_t end_of_run(const masking::MaskPlan& plan, std::size_t i) {
  while (i + 1 < plan.positions.size() && plan.positions[i + 1] == plan.positions[i] + 1) ++i;
  return i;
}

struct ScoreSum {
  double sum = 0;
  std::uint64_t tokens = 0;

  void add(const npmi::Table& table, kmer::TokenId token) {
    if (!table.has_score(token)) return;
    sum += table.npmi[static_cast<std::size_t>(token - kmer::kFirstKmer)];
    ++tokens;
  }
};

}  // namespace

void MaskStatistics::add(const MaskStatistics& other) {
  examples += other.examples;
  tokens += other.tokens;
  masked += other.masked;
  spans += other.spans;
  pmi_spans += other.pmi_spans;
  covered_twice += other.covered_twice;
  bases += other.bases;
  hidden_bases += other.hidden_bases;
  npmi_sum += other.npmi_sum;
  npmi_tokens += other.npmi_tokens;
  all_npmi_sum += other.all_npmi_sum;
  all_npmi_tokens += other.all_npmi_tokens;
}

std::vector<masking::Span> hidden_bases(const masking::MaskPlan& plan, int k) {
  const auto overhang = static_cast<std::uint32_t>(k - 1);
  std::vector<masking::Span> hidden;
  for (std::size_t i = 0; i < plan.positions.size(); ++i) {
    const std::uint32_t first = plan.positions[i];
    i = end_of_run(plan, i);
    const std::uint32_t last = plan.positions[i];
    // the unmasked token before the run shows `overhang` of its bases, the one after it those behind its last token
    const std::uint32_t begin = first == 0 ? 0 : first + overhang;
    const std::uint32_t end = last + 1 == plan.tokens ? last + overhang : last;
    if (begin <= end) hidden.push_back({begin, end});
  }
  return hidden;
}

MaskStatistics statistics_of(const masking::MaskPlan& plan, std::span<const kmer::TokenId> tokens, int k,
                             const npmi::Table* table) {
  MaskStatistics one;
  one.examples = 1;
  one.tokens = plan.tokens;
  one.masked = plan.positions.size();
  one.spans = plan.centres;
  one.pmi_spans = plan.pmi_spans;
  one.covered_twice = plan.covered_twice;
  one.bases = plan.tokens > 0 ? plan.tokens + static_cast<std::uint64_t>(k) - 1 : 0;
  for (const auto& run : hidden_bases(plan, k)) one.hidden_bases += run.last - run.first + 1;
  if (table == nullptr) return one;
  ScoreSum masked, all;
  for (const auto position : plan.positions) masked.add(*table, tokens[position]);
  for (const auto token : tokens) all.add(*table, token);
  one.npmi_sum = masked.sum;
  one.npmi_tokens = masked.tokens;
  one.all_npmi_sum = all.sum;
  one.all_npmi_tokens = all.tokens;
  return one;
}

}  // namespace cmgems::corpus
