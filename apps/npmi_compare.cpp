// cmgems npmi compare: how far two tables agree.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "cmgems/base/log.h"
#include "cmgems/kmer/vocabulary.h"
#include "cmgems/npmi/compare.h"
#include "command.h"
#include "result_table.h"
#include "tables.h"

namespace cmgems::apps {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kMoves = 10;
constexpr const char* kExample =
    "Example:\n  cmgems npmi compare builtin:human-6mer builtin:human-6mer@genemask-release --top 500";

struct Options {
  OutputFlags output;
  std::string a, b;
  std::size_t top = 500;
};

std::string kmer_of(const npmi::Move& move, int k) {
  return kmer::kmer_text(static_cast<std::uint32_t>(move.token - kmer::kFirstKmer), k);
}

void print_json(const npmi::Comparison& result, const Options& options, int k) {
  ordered_json json = {{"command", "npmi compare"},
                       {"a", options.a},
                       {"b", options.b},
                       {"k", k},
                       {"scored_in_both", result.both},
                       {"scored_in_a_only", result.only_a},
                       {"scored_in_b_only", result.only_b},
                       {"scored_in_neither", result.neither},
                       {"spearman", result.spearman},
                       {"top", result.top},
                       {"top_overlap", result.overlap},
                       {"npmi_difference", {{"median", result.npmi.median}, {"maximum", result.npmi.largest}}},
                       {"pmi_difference", {{"median", result.pmi.median}, {"maximum", result.pmi.largest}}},
                       {"moves", ordered_json::array()}};
  for (const auto& move : result.moves) {
    json["moves"].push_back({{"kmer", kmer_of(move, k)}, {"rank_a", move.rank_a}, {"rank_b", move.rank_b}});
  }
  std::cout << json.dump(2) << "\n";
}

void print_text(const npmi::Comparison& result, const Options& options, int k) {
  std::cout << "a: " << options.a << "\nb: " << options.b << "\n"
            << format_count(result.both) << " " << k
            << "-mers with a score in both are compared; left out: " << format_count(result.only_a)
            << " without a score in b, " << format_count(result.only_b) << " without one in a, "
            << format_count(result.neither) << " without one in either\n\n"
            << "rank correlation   " << decimals(result.spearman, 7) << "  (Spearman)\n"
            << "best " << result.top << " in common  " << format_count(result.overlap) << "\n";
  ResultTable differences({"absolute difference", "median", "maximum"});
  differences.add({"NPMI", significant(result.npmi.median), significant(result.npmi.largest)});
  differences.add({"PMI", significant(result.pmi.median), significant(result.pmi.largest)});
  std::cout << "\n";
  differences.print(std::cout);
  if (result.moves.empty()) return;
  ResultTable moves({"largest moves", "rank in a", "rank in b"});
  for (const auto& move : result.moves) {
    moves.add({kmer_of(move, k), format_count(static_cast<unsigned>(move.rank_a)),
               format_count(static_cast<unsigned>(move.rank_b))});
  }
  std::cout << "\n";
  moves.print(std::cout);
}

void run(const Options& options) {
  start_logging(options.output);
  const auto a = read_named_table(options.a), b = read_named_table(options.b);
  const auto result = npmi::compare(a, b, options.top, kMoves);
  options.output.json ? print_json(result, options, a.k) : print_text(result, options, a.k);
}

}  // namespace

void add_npmi_compare(CLI::App& npmi, Session& session) {
  auto options = std::make_shared<Options>();
  auto* command = npmi.add_subcommand("compare", "How far two tables agree: ranks, best k-mers, scores");
  command->add_option("a", options->a, kTableHelp)->required();
  command->add_option("b", options->b, "another one, of the same k")->required();
  command->add_option("--top", options->top, "how many of the best k-mers of each table are compared, in k-mers")
      ->capture_default_str()
      ->check(CLI::Range(0, kMostKmers));
  add_output_flags(*command, options->output);
  command->footer(kExample);
  command->callback([options, &session] { session.run = [options] { run(*options); }; });
}

}  // namespace cmgems::apps
