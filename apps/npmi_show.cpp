// cmgems npmi show: the best and worst k-mers of a table.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "cmgems/base/log.h"
#include "cmgems/kmer/vocabulary.h"
#include "command.h"
#include "npmi_summary.h"
#include "result_table.h"
#include "tables.h"

namespace cmgems::apps {
namespace {

using nlohmann::ordered_json;

constexpr const char* kExample = "Example:\n  cmgems npmi show builtin:human-6mer --top 10";

struct ShowOptions {
  OutputFlags output;
  std::string table;
  std::size_t top = 20;
};

struct Row {
  std::string kmer;
  std::uint64_t count;
  double pmi, npmi;
};

/// The scored k-mers, best first.
std::vector<Row> ranked_rows(const npmi::Table& table) {
  const kmer::Vocabulary vocabulary(table.k);
  std::vector<Row> rows(table.scored());
  for (std::size_t i = 0; i < table.rank.size(); ++i) {
    const auto rank = static_cast<std::size_t>(table.rank[i]);
    if (rank >= rows.size()) continue;
    rows[rank] = {vocabulary.word(kmer::kFirstKmer + static_cast<kmer::TokenId>(i)), table.counts[i], table.pmi[i],
                  table.npmi[i]};
  }
  return rows;
}

void print_rows(const std::vector<Row>& rows, std::size_t first, std::size_t count) {
  ResultTable table({"rank", "k-mer", "count", "PMI", "NPMI"});
  for (std::size_t i = first; i < first + count; ++i) {
    table.add({std::to_string(i), rows[i].kmer, format_count(rows[i].count), decimals(rows[i].pmi, 4),
               decimals(rows[i].npmi, 4)});
  }
  table.print(std::cout);
}

ordered_json rows_json(const std::vector<Row>& rows, std::size_t first, std::size_t count) {
  ordered_json list = ordered_json::array();
  for (std::size_t i = first; i < first + count; ++i) {
    list.push_back(
        {{"rank", i}, {"kmer", rows[i].kmer}, {"count", rows[i].count}, {"pmi", rows[i].pmi}, {"npmi", rows[i].npmi}});
  }
  return list;
}

void show(const ShowOptions& options) {
  start_logging(options.output);
  const auto table = read_named_table(options.table);
  const auto rows = ranked_rows(table);
  const std::size_t count = std::min(options.top, rows.size());
  if (options.output.json) {
    ordered_json json = {{"command", "npmi show"}, {"table", options.table}};
    json.update(table_json(table));
    json["best"] = rows_json(rows, 0, count);
    json["worst"] = rows_json(rows, rows.size() - count, count);
    std::cout << json.dump(2) << "\n";
    return;
  }
  print_summary(table);
  std::cout << "\nbest\n";
  print_rows(rows, 0, count);
  std::cout << "\nworst\n";
  print_rows(rows, rows.size() - count, count);
}

}  // namespace

void add_npmi_show(CLI::App& npmi, Session& session) {
  auto options = std::make_shared<ShowOptions>();
  auto* command = npmi.add_subcommand("show", "Best and worst k-mers of a table, and how many have no score");
  command->add_option("table", options->table, "a table, builtin:human-6mer or builtin:human-6mer@genemask-release")
      ->required();
  command->add_option("--top", options->top, "k-mers to list at each end")->capture_default_str();
  add_output_flags(*command, options->output);
  command->footer(kExample);
  command->callback([options, &session] { session.run = [options] { show(*options); }; });
}

}  // namespace cmgems::apps
