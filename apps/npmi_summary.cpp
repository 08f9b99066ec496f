#include "npmi_summary.h"

#include <iostream>

#include "cmgems/base/log.h"
#include "result_table.h"

namespace cmgems::apps {
namespace {

using nlohmann::ordered_json;

struct Summary {
  std::size_t kmers = 0, scored = 0, negative = 0;
  double negative_share = 0;   // of the scored k-mers
  double negative_tokens = 0;  // share of all counted tokens whose PMI is negative
};

Summary summarise(const npmi::Table& table) {
  Summary summary{table.npmi.size(), table.scored()};
  double tokens = 0, negative = 0;
  for (std::size_t i = 0; i < table.pmi.size(); ++i) {
    const auto count = static_cast<double>(table.counts[i]);
    tokens += count;
    if (!(table.pmi[i] < 0)) continue;
    ++summary.negative;
    negative += count;
  }
  if (summary.scored > 0) {
    summary.negative_share = static_cast<double>(summary.negative) / static_cast<double>(summary.scored);
  }
  summary.negative_tokens = tokens > 0 ? negative / tokens : 0;
  return summary;
}

double unscored_share(const Summary& summary) {
  return 1 - static_cast<double>(summary.scored) / static_cast<double>(summary.kmers);
}

}  // namespace

ordered_json table_json(const npmi::Table& table) {
  const auto summary = summarise(table);
  return {{"k", table.k},
          {"definition", word_of(static_cast<int>(table.definition), npmi::definition_words())},
          {"min_count", table.min_count},
          {"both_strands", table.both_strands},
          {"genome", table.genome_hash},
          {"kmers", summary.kmers},
          {"scored", summary.scored},
          {"unscored_share", unscored_share(summary)},
          {"negative_pmi", summary.negative},
          {"negative_pmi_share", summary.negative_share},
          {"negative_pmi_token_share", summary.negative_tokens}};
}

void print_summary(const npmi::Table& table) {
  const auto summary = summarise(table);
  std::cout << "k " << table.k << ", definition "
            << word_of(static_cast<int>(table.definition), npmi::definition_words()) << ", minimum count "
            << table.min_count << ", " << (table.both_strands ? "both strands" : "forward strand") << "\n"
            << format_count(summary.scored) << " of " << format_count(summary.kmers) << " k-mers have a score, "
            << percent(unscored_share(summary)) << " have none\n"
            << format_count(summary.negative) << " k-mers (" << percent(summary.negative_share) << "; "
            << percent(summary.negative_tokens) << " of all counted tokens) have a negative PMI";
  if (summary.negative > 0) std::cout << ": there the discount raises rare k-mers, contrary to its purpose";
  std::cout << "\n";
}

}  // namespace cmgems::apps
