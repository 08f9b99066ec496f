// cmgems npmi show: the best and worst k-mers of a table.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "cmgems/base/atomic_file.h"
#include "cmgems/base/error.h"
#include "cmgems/base/log.h"
#include "cmgems/kmer/vocabulary.h"
#include "command.h"
#include "histogram.h"
#include "npmi_summary.h"
#include "result_table.h"
#include "tables.h"

namespace cmgems::apps {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kBins = 20, kBarColumns = 60;
constexpr const char* kExample = "Example:\n  cmgems npmi show builtin:human-6mer --top 10";

struct ShowOptions {
  OutputFlags output;
  std::string table;
  std::size_t top = 20;
  std::string plot;  // SVG file; empty: none
};

struct Row {
  std::size_t rank;
  std::string kmer;
  std::uint64_t count;
  double pmi, npmi;
};

/// The k-mers of the ranks [first, first + count), best first.
std::vector<Row> ranked_rows(const npmi::Table& table, std::size_t first, std::size_t count) {
  std::vector<Row> rows(count);
  for (std::size_t i = 0; i < table.rank.size(); ++i) {
    const auto rank = static_cast<std::size_t>(table.rank[i]);
    if (rank < first || rank >= first + count) continue;
    rows[rank - first] = {rank, kmer::kmer_text(static_cast<std::uint32_t>(i), table.k), table.counts[i], table.pmi[i],
                          table.npmi[i]};
  }
  return rows;
}

void print_rows(const std::vector<Row>& rows) {
  ResultTable table({"rank", "k-mer", "count", "PMI", "NPMI"});
  for (const auto& row : rows) {
    table.add(
        {std::to_string(row.rank), row.kmer, format_count(row.count), decimals(row.pmi, 4), decimals(row.npmi, 4)});
  }
  table.print(std::cout);
}

ordered_json rows_json(const std::vector<Row>& rows) {
  ordered_json list = ordered_json::array();
  for (const auto& row : rows) {
    list.push_back(
        {{"rank", row.rank}, {"kmer", row.kmer}, {"count", row.count}, {"pmi", row.pmi}, {"npmi", row.npmi}});
  }
  return list;
}

void show(const ShowOptions& options) {
  start_logging(options.output);
  if (!options.plot.empty()) check_output_file(options.plot);
  const auto table = read_named_table(options.table);
  const std::size_t scored = table.scored(), count = std::min(options.top, scored);
  const auto best = ranked_rows(table, 0, count), worst = ranked_rows(table, scored - count, count);
  const auto scores = histogram(table.npmi, kBins);
  if (!options.plot.empty()) {
    if (scores.counts.empty()) throw DataError(options.table + ": no k-mer has a score, so there is nothing to plot");
    make_folders(std::filesystem::path(options.plot).parent_path());
    write_file_atomic(options.plot, histogram_svg(scores, options.table + ": k-mers by NPMI"));
  }
  if (options.output.json) {
    ordered_json json = {{"command", "npmi show"}, {"table", options.table}};
    json.update(table_json(table));
    json["histogram"] = {{"low", scores.low}, {"bin_width", scores.width}, {"counts", scores.counts}};
    json["best"] = rows_json(best);
    json["worst"] = rows_json(worst);
    std::cout << json.dump(2) << "\n";
    return;
  }
  print_summary(table);
  std::cout << "\nk-mers by NPMI (a bin from the number on its left)\n";
  draw_histogram(std::cout, scores, kBarColumns);
  std::cout << "\nbest\n";
  print_rows(best);
  std::cout << "\nworst\n";
  print_rows(worst);
}

}  // namespace

void add_npmi_show(CLI::App& npmi, Session& session) {
  auto options = std::make_shared<ShowOptions>();
  auto* command = npmi.add_subcommand(
      "show", "Best and worst k-mers of a table, its distribution of scores, and how many have none");
  command->add_option("table", options->table, kTableHelp)->required();
  command->add_option("--top", options->top, "k-mers to list at each end")
      ->capture_default_str()
      ->check(CLI::Range(0, kMostKmers));
  command->add_option("--plot", options->plot, "write the distribution of scores as a picture (SVG) to this file");
  add_output_flags(*command, options->output);
  command->footer(kExample);
  command->callback([options, &session] { session.run = [options] { show(*options); }; });
}

}  // namespace cmgems::apps
