// cmgems npmi: builds the table that maskers rank tokens by, and shows what is in one.
#include <CLI/CLI.hpp>
#include <cmath>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "cmgems/base/error.h"
#include "cmgems/base/log.h"
#include "cmgems/kmer/vocabulary.h"
#include "command.h"
#include "inputs.h"
#include "result_table.h"
#include "tables.h"

namespace cmgems::apps {
namespace {

using nlohmann::ordered_json;

constexpr const char* kBuildExample = "Example:\n  cmgems npmi build --genome genome.fa -k 6 --out npmi.tsv";
constexpr const char* kShowExample = "Example:\n  cmgems npmi show builtin:human-6mer --top 10";

struct BuildOptions {
  OutputFlags output;
  std::vector<std::string> genome;
  std::int64_t k = 6;
  std::string definition = "paper";
  std::int64_t min_count = npmi::NpmiOptions{}.min_count;
  bool both_strands = false;
  std::int64_t threads = 0;
  std::string out;
};

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

struct Summary {
  std::size_t kmers = 0, scored = 0, negative = 0;
  double negative_tokens = 0;  // share of all counted tokens whose PMI is negative
};

Summary summarise(const npmi::Table& table) {
  Summary summary{table.npmi.size(), table.scored(), 0, 0};
  double tokens = 0, negative = 0;
  for (std::size_t i = 0; i < table.pmi.size(); ++i) {
    const auto count = static_cast<double>(table.counts[i]);
    tokens += count;
    if (!(table.pmi[i] < 0)) continue;
    ++summary.negative;
    negative += count;
  }
  summary.negative_tokens = tokens > 0 ? negative / tokens : 0;
  return summary;
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

ordered_json table_json(const npmi::Table& table) {
  const auto summary = summarise(table);
  return {{"k", table.k},
          {"definition", word_of(static_cast<int>(table.definition), npmi::definition_words())},
          {"min_count", table.min_count},
          {"both_strands", table.both_strands},
          {"genome", table.genome_hash},
          {"kmers", summary.kmers},
          {"scored", summary.scored},
          {"negative_pmi", summary.negative},
          {"negative_pmi_token_share", summary.negative_tokens}};
}

void print_summary(const npmi::Table& table) {
  const auto summary = summarise(table);
  const double unscored = 1 - static_cast<double>(summary.scored) / static_cast<double>(summary.kmers);
  std::cout << "k " << table.k << ", definition "
            << word_of(static_cast<int>(table.definition), npmi::definition_words()) << ", minimum count "
            << table.min_count << ", " << (table.both_strands ? "both strands" : "forward strand") << "\n"
            << format_count(summary.scored) << " of " << format_count(summary.kmers) << " k-mers have a score, "
            << percent(unscored) << " have none\n"
            << format_count(summary.negative) << " k-mers (" << percent(summary.negative_tokens)
            << " of all tokens) have a negative PMI";
  if (summary.negative > 0 && table.definition == npmi::Definition::paper) {
    std::cout << ": there the discount of equation 2 raises rare k-mers instead of lowering them";
  }
  std::cout << "\n";
}

void build(const BuildOptions& options, const Session& session) {
  start_logging(options.output);
  config::Config config;
  config.inputs.genome = options.genome;
  config.npmi.min_count = options.min_count;
  config.npmi.both_strands = options.both_strands;
  config::apply_assignments(config, {"data.k=" + std::to_string(options.k), "npmi.definition=" + options.definition});
  resolve_genome(config, session);
  const auto genome = load_genome(config);
  const auto table = count_table(config.npmi, options.k, options.threads, genome);
  npmi::write_table(table, options.out);
  if (options.output.json) {
    ordered_json json = {{"command", "npmi build"}, {"table", options.out}, {"bases", genome.size()}};
    json.update(table_json(table));
    std::cout << json.dump(2) << "\n";
    return;
  }
  std::cout << format_count(genome.size()) << " bases counted\n";
  print_summary(table);
  std::cout << "table: " << options.out << "\n";
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

void add_build(CLI::App& npmi, Session& session) {
  auto options = std::make_shared<BuildOptions>();
  auto* command = npmi.add_subcommand("build", "Count a genome and write its NPMI table");
  command->add_option("--genome", options->genome,
                      "FASTA files (.gz too) or builtin:synthetic (default: the one genome file in $CMGEMS_DATA/genome "
                      "or ./data/genome)");
  command->add_option("-k", options->k, "bases a k-mer, 3 to 8")->capture_default_str();
  command->add_option("--definition", options->definition, "paper or genemask-release")->capture_default_str();
  command->add_option("--min-count", options->min_count, "k-mers seen less often get no score")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  command->add_flag("--both-strands", options->both_strands, "count reverse complements too (default: forward only)");
  command->add_option("--threads", options->threads, "threads, 0 = all cores")
      ->capture_default_str()
      ->check(CLI::Range(0, 4096));
  command->add_option("--out", options->out, "table to write (docs/npmi-table.md)")->required();
  add_output_flags(*command, options->output);
  command->footer(kBuildExample);
  command->callback([options, &session] { session.run = [options, &session] { build(*options, session); }; });
}

void add_show(CLI::App& npmi, Session& session) {
  auto options = std::make_shared<ShowOptions>();
  auto* command = npmi.add_subcommand("show", "Best and worst k-mers of a table, and how many have no score");
  command->add_option("table", options->table, "a table, builtin:human-6mer or builtin:human-6mer@genemask-release")
      ->required();
  command->add_option("--top", options->top, "k-mers to list at each end")->capture_default_str();
  add_output_flags(*command, options->output);
  command->footer(kShowExample);
  command->callback([options, &session] { session.run = [options] { show(*options); }; });
}

}  // namespace

void add_npmi(CLI::App& app, Session& session) {
  auto* command = app.add_subcommand("npmi", "NPMI tables: what maskers rank k-mers by");
  command->require_subcommand(1);
  add_build(*command, session);
  add_show(*command, session);
}

}  // namespace cmgems::apps
