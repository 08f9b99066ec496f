#include "cmgems/npmi/table.h"

#include <algorithm>
#include <cmath>

#include "cmgems/genome/synthetic.h"
#include "cmgems/npmi/rank.h"

namespace cmgems::npmi {

void describe(OptionVisitor& visitor, NpmiOptions& options) {
  visitor.field("table", options.table);
  constexpr int automatic = -1;
  Words words{{"auto", automatic}};
  words.insert(words.end(), definition_words().begin(), definition_words().end());
  int word = options.definition ? static_cast<int>(*options.definition) : automatic;
  visitor.word("definition", word, words);
  options.definition = word == automatic ? std::nullopt : std::optional(static_cast<Definition>(word));
  visitor.field("min_count", options.min_count, Bounds{1, 1e15});
  visitor.field("both_strands", options.both_strands);
}

std::size_t Table::scored() const {
  return static_cast<std::size_t>(std::count_if(npmi.begin(), npmi.end(), [](double v) { return !std::isnan(v); }));
}

bool Table::has_score(kmer::TokenId token) const {
  return token >= kmer::kFirstKmer && !std::isnan(npmi[static_cast<std::size_t>(token - kmer::kFirstKmer)]);
}

Table build_table(const kmer::NmerCounts& counts, Definition definition, std::int64_t min_count) {
  Table table;
  table.k = counts.k;
  table.definition = definition;
  table.min_count = min_count;
  table.counts = counts.counts.back();
  for (const Score& score : scores(counts, definition, min_count)) {
    table.pmi.push_back(score.pmi);
    table.npmi.push_back(score.npmi);
  }
  table.rank = ranks_of(table.npmi);
  return table;
}

Table rescored(const Table& table, Definition definition) {
  Table result = build_table(kmer::counts_from_kmers(table.k, table.counts), definition, table.min_count);
  result.both_strands = table.both_strands;
  result.genome_hash = table.genome_hash;
  return result;
}

Table builtin_human_6mer(Definition definition) {
  const auto counts = kmer::counts_from_kmers(6, genome::human_6mer_counts());
  Table table = build_table(counts, definition, NpmiOptions{}.min_count);
  table.genome_hash = "builtin:human-6mer";
  return table;
}

}  // namespace cmgems::npmi
