// cmgems npmi motifs: which known motifs the best k-mers of a table match more often than others do.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "cmgems/base/log.h"
#include "cmgems/motifs/enrichment.h"
#include "command.h"
#include "result_table.h"
#include "tables.h"

namespace cmgems::apps {
namespace {

using nlohmann::ordered_json;

constexpr double kSignificant = 0.05;
constexpr const char* kExample = "Example:\n  cmgems npmi motifs builtin:human-6mer --meme JASPAR.meme --top 500";

struct Options {
  OutputFlags output;
  std::string table;
  std::string meme;
  motifs::EnrichmentOptions test;
  std::size_t rows = 20;
};

std::size_t significant_motifs(const motifs::Enrichment& result) {
  return static_cast<std::size_t>(std::count_if(result.motifs.begin(), result.motifs.end(),
                                                [](const auto& row) { return row.adjusted_p <= kSignificant; }));
}

void print_json(const motifs::Enrichment& result, const motifs::MotifFile& file, const Options& options) {
  ordered_json json = {{"command", "npmi motifs"},
                       {"table", options.table},
                       {"meme", options.meme},
                       {"top", result.kmers},
                       {"match_p", options.test.match_p},
                       {"seed", options.test.seed},
                       {"words", result.words},
                       {"best_words", result.best},
                       {"random_words", result.best},
                       {"motifs", file.motifs.size()},
                       {"significant", significant_motifs(result)},
                       {"correction", "Benjamini-Hochberg"},
                       {"rows", ordered_json::array()}};
  for (const auto& row : result.motifs) {
    const auto& motif = file.motifs[row.motif];
    json["rows"].push_back({{"id", motif.id},
                            {"name", motif.name},
                            {"consensus", motif.consensus()},
                            {"matches", row.matches},
                            {"best", row.best},
                            {"random", row.random},
                            {"expected", row.expected},
                            {"odds_ratio", row.odds_ratio},
                            {"p", row.p},
                            {"adjusted_p", row.adjusted_p},
                            {"p_against_random", row.p_against_random}});
  }
  std::cout << json.dump(2) << "\n";
}

void print_text(const motifs::Enrichment& result, const motifs::MotifFile& file, const Options& options) {
  std::cout << "best " << format_count(result.kmers) << " k-mers of " << options.table << ": "
            << format_count(result.best) << " words of the " << format_count(result.words)
            << " with a score (a k-mer and its reverse complement are one word)\n"
            << significant_motifs(result) << " of " << format_count(file.motifs.size())
            << " motifs are enriched at a false discovery rate of " << percent(kSignificant, 0) << "\n\n";
  ResultTable table({"motif", "name", "consensus", "all", "best", "random", "expected", "odds ratio", "p", "adjusted p",
                     "p against random"});
  for (std::size_t i = 0; i < std::min(options.rows, result.motifs.size()); ++i) {
    const auto& row = result.motifs[i];
    const auto& motif = file.motifs[row.motif];
    table.add({motif.id, motif.name, motif.consensus(), format_count(row.matches), format_count(row.best),
               format_count(row.random), decimals(row.expected, 1), decimals(row.odds_ratio, 1), significant(row.p),
               significant(row.adjusted_p), significant(row.p_against_random)});
  }
  table.print(std::cout);
  std::cout << "all, best, random: matching words among all, the best, as many random others; p: hypergeometric, best "
               "against all; adjusted p: Benjamini-Hochberg over all motifs; p against random: Fisher's exact test\n";
}

void run(const Options& options) {
  start_logging(options.output);
  const auto file = motifs::read_meme(options.meme);
  const auto table = read_named_table(options.table);
  const auto result = motifs::enrichment(table, file, options.test);
  const bool any = std::any_of(result.motifs.begin(), result.motifs.end(), [](const auto& row) { return row.matches; });
  if (!any) {
    log_warning("no k-mer matches any motif: at k=" + std::to_string(table.k) +
                " even the best one is reached by more than the share --match-p of random k-mers; raise it");
  }
  options.output.json ? print_json(result, file, options) : print_text(result, file, options);
}

}  // namespace

void add_npmi_motifs(CLI::App& npmi, Session& session) {
  auto options = std::make_shared<Options>();
  auto* command = npmi.add_subcommand("motifs", "Known motifs that the best k-mers match more often than others");
  command->add_option("table", options->table, kTableHelp)->required();
  command->add_option("--meme", options->meme, "motifs: a file in the MEME motif format")->required();
  command->add_option("--top", options->test.top, "how many of the best k-mers are tested, in k-mers")
      ->capture_default_str()
      ->check(CLI::Range(0, kMostKmers));
  command
      ->add_option("--match-p", options->test.match_p,
                   "a k-mer matches a motif when at most this share of random k-mers scores as high")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 0.5));
  command->add_option("--seed", options->test.seed, "seed of the random k-mers")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  command->add_option("--rows", options->rows, "motifs to print, smallest p first; --json has all")
      ->capture_default_str()
      ->check(CLI::Range(0, kMostKmers));
  add_output_flags(*command, options->output);
  command->footer(kExample);
  command->callback([options, &session] { session.run = [options] { run(*options); }; });
}

}  // namespace cmgems::apps
