// cmgems mask: what a strategy would mask, drawn under the sequence, or measured over a FASTA file.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "cmgems/base/error.h"
#include "cmgems/base/log.h"
#include "cmgems/genome/reader.h"
#include "cmgems/kmer/vocabulary.h"
#include "cmgems/masking/registry.h"
#include "command.h"
#include "mask_drawing.h"
#include "mask_schedule.h"
#include "result_table.h"
#include "tables.h"

namespace cmgems::apps {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kWindowTokens = 510;
constexpr const char* kExample =
    "Example:\n  cmgems mask --strategy global ACGTTGCATATAAAAGGCACGTCCAGTTGACCATATTGCA\n"
    "  cmgems mask --strategy genemask --stats genome.fa\n"
    "  cmgems mask --schedule logo-small.json --trace runs/mine/metrics.jsonl";

struct Options {
  OutputFlags output;
  ScheduleFlags schedule;
  std::vector<std::string> assignments;
  std::string strategy;
  std::string npmi = "auto";
  std::int64_t k = 6;
  std::int64_t seed = 1;
  bool stats = false;
  std::string input;
};

struct Subject {
  std::string name;      // empty for a sequence on the command line
  std::string sequence;  // upper case
};

bool is_file(const std::string& input) {
  std::error_code ignored;
  return std::filesystem::exists(input, ignored);
}

Subject read_subject(const std::string& input) {
  if (is_file(input)) {
    auto records = genome::read_fasta_records(input);
    if (records.size() > 1) {
      log_info("showing the first of " + std::to_string(records.size()) + " records; --stats measures all");
    }
    return {std::move(records.front().name), std::move(records.front().bases)};
  }
  std::string sequence = input;
  for (char& base : sequence) base = static_cast<char>(std::toupper(static_cast<unsigned char>(base)));
  std::replace(sequence.begin(), sequence.end(), 'U', 'T');
  if (sequence.find_first_not_of("ACGTN") != std::string::npos) {
    throw InputNotFound("'" + input.substr(0, 60) + "' is neither a file nor a sequence of ACGTUN");
  }
  return {"", sequence};
}

/// A masker of the list; a curriculum is named as what it is.
const masking::MaskerEntry& masker_of(const std::string& word) {
  for (const auto& curriculum : curriculum::curricula()) {
    if (word != curriculum.name) continue;
    throw UsageError(word + " is a curriculum of two maskers (" + std::string(curriculum.summary) +
                     "): preview the maskers with --strategy, for example genemask or global");
  }
  return masking::find_masker(word);
}

npmi::Table table_for(const Options& options, const genome::Genome* genome) {
  npmi::NpmiOptions npmi;
  npmi.table = options.npmi;
  resolve_table(npmi, options.k);
  if (npmi.table == "from-genome" && genome == nullptr) {
    throw UsageError("k=" + std::to_string(options.k) +
                     " has no built-in NPMI table: build one (cmgems npmi build -k " + std::to_string(options.k) +
                     " --genome GENOME.fa --out npmi.tsv) and give it with --npmi");
  }
  return load_table(npmi, options.k, 0, genome);
}

/// Sums over all windows of a genome.
struct Statistics {
  std::uint64_t windows = 0, tokens = 0, masked = 0, spans = 0, pmi_spans = 0, twice = 0, bases = 0, hidden = 0;
  double npmi = 0;
  std::uint64_t npmi_tokens = 0;
};

void add_window(Statistics& sum, const masking::MaskPlan& plan, std::span<const kmer::TokenId> tokens, int k,
                const npmi::Table* table) {
  const std::size_t bases = tokens.size() + static_cast<std::size_t>(k) - 1;
  const auto hidden = hidden_bases(plan, k, bases);
  ++sum.windows;
  sum.tokens += plan.tokens;
  sum.masked += plan.positions.size();
  sum.spans += plan.centres;
  sum.pmi_spans += plan.pmi_spans;
  sum.twice += plan.covered_twice;
  sum.bases += bases;
  sum.hidden += static_cast<std::uint64_t>(std::count(hidden.begin(), hidden.end(), true));
  for (const auto position : plan.positions) {
    if (table == nullptr || !table->has_score(tokens[position])) continue;
    sum.npmi += table->npmi[static_cast<std::size_t>(tokens[position] - kmer::kFirstKmer)];
    ++sum.npmi_tokens;
  }
}

Statistics measure(const genome::Genome& genome, const masking::Masker& masker, const Options& options,
                   const npmi::Table* table) {
  const kmer::Vocabulary vocabulary(static_cast<int>(options.k));
  const auto extra = static_cast<std::uint64_t>(options.k) - 1;
  Statistics sum;
  masking::MaskPlan plan;
  for (const auto& segment : genome.segments()) {
    for (std::uint64_t at = 0; at + extra < segment.length; at += kWindowTokens + extra) {
      const auto count = std::min<std::uint64_t>(kWindowTokens, segment.length - at - extra);
      std::vector<std::uint8_t> codes(count + extra);
      genome.unpack(segment.begin + at, codes);
      std::vector<kmer::TokenId> tokens(count);
      kmer::tokenize_codes(vocabulary, codes, tokens);
      RandomStream random(static_cast<std::uint64_t>(options.seed), Purpose::mask, 0, sum.windows);
      masker.plan(tokens, random, plan);
      add_window(sum, plan, tokens, static_cast<int>(options.k), table);
    }
  }
  return sum;
}

double share(std::uint64_t part, std::uint64_t whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : std::nan("");
}

void print_statistics(const Statistics& sum, const Options& options) {
  const double npmi = sum.npmi_tokens > 0 ? sum.npmi / static_cast<double>(sum.npmi_tokens) : std::nan("");
  if (options.output.json) {
    ordered_json json = {{"command", "mask"},
                         {"strategy", options.strategy},
                         {"k", options.k},
                         {"seed", options.seed},
                         {"windows", sum.windows},
                         {"tokens", sum.tokens},
                         {"masked_share", share(sum.masked, sum.tokens)},
                         {"hidden_base_share", share(sum.hidden, sum.bases)},
                         {"spans_per_window", share(sum.spans, sum.windows)},
                         {"pmi_spans_per_window", share(sum.pmi_spans, sum.windows)},
                         {"masked_twice_share", share(sum.twice, sum.tokens)},
                         {"masked_npmi", npmi}};
    std::cout << json.dump(2) << "\n";
    return;
  }
  std::cout << format_count(sum.windows) << " windows of up to " << kWindowTokens << " tokens, "
            << format_count(sum.tokens) << " tokens\n"
            << "tokens masked          " << percent(share(sum.masked, sum.tokens), 2) << "\n"
            << "bases hidden           " << percent(share(sum.hidden, sum.bases), 2)
            << " (bases that no unmasked token shows)\n"
            << "spans a window         " << decimals(share(sum.spans, sum.windows), 2) << ", of these PMI spans "
            << decimals(share(sum.pmi_spans, sum.windows), 2) << "\n"
            << "tokens masked twice    " << percent(share(sum.twice, sum.tokens), 2) << "\n"
            << "mean NPMI of masked    " << decimals(npmi, 4) << "\n";
}

void preview(const Subject& subject, const masking::Masker& masker, const Options& options) {
  const kmer::Vocabulary vocabulary(static_cast<int>(options.k));
  const std::size_t longest = kWindowTokens + static_cast<std::size_t>(options.k) - 1;
  const std::string sequence = subject.sequence.substr(0, longest);
  if (sequence.size() < subject.sequence.size()) {
    log_info("showing the first " + std::to_string(longest) + " bases, one window");
  }
  const auto tokens = kmer::tokenize(vocabulary, sequence);
  if (tokens.empty()) {
    throw DataError("the sequence has " + std::to_string(sequence.size()) + " bases, too short for a k-mer of " +
                    std::to_string(options.k));
  }
  masking::MaskPlan plan;
  RandomStream random(static_cast<std::uint64_t>(options.seed), Purpose::mask);
  masker.plan(tokens, random, plan);
  if (options.output.json) {
    ordered_json json = {{"command", "mask"},
                         {"strategy", options.strategy},
                         {"k", options.k},
                         {"seed", options.seed},
                         {"sequence", sequence},
                         {"tokens", plan.tokens},
                         {"masked", plan.positions},
                         {"spans", plan.centres},
                         {"pmi_spans", plan.pmi_spans},
                         {"masked_twice", plan.covered_twice}};
    std::cout << json.dump(2) << "\n";
    return;
  }
  if (!subject.name.empty()) std::cout << subject.name << "\n";
  draw_mask(std::cout, sequence, plan, static_cast<int>(options.k));
  std::cout << plan.positions.size() << " of " << plan.tokens << " tokens masked ("
            << percent(share(plan.positions.size(), plan.tokens)) << "), " << plan.centres << " spans, of these "
            << plan.pmi_spans << " PMI spans, " << plan.covered_twice << " tokens masked twice\n"
            << "# under the first base of a masked token, x under a base that no unmasked token shows\n";
}

void run(const Options& options) {
  start_logging(options.output);
  if (options.schedule.given()) return run_schedule(options.schedule, options.assignments, options.output.json);
  if (options.strategy.empty() || options.input.empty()) {
    throw UsageError(
        "mask needs --strategy and a sequence or a FASTA file, or --schedule and --trace; see cmgems mask --help");
  }
  const auto& entry = masker_of(options.strategy);
  const bool needs_table = entry.needs_table;
  if (options.stats && !is_file(options.input))
    throw InputNotFound("--stats needs a FASTA file: " + options.input + " is none");
  const bool counts_input = needs_table && is_file(options.input);
  std::optional<genome::Genome> genome;
  if (options.stats || counts_input) genome = genome::read_genome({options.input});
  std::optional<npmi::Table> table;
  if (needs_table) table = table_for(options, genome ? &*genome : nullptr);
  const auto masker = entry.make({static_cast<int>(options.k), table ? &*table : nullptr, masking::MaskingOptions{}});
  if (options.stats) return print_statistics(measure(*genome, *masker, options, table ? &*table : nullptr), options);
  preview(read_subject(options.input), *masker, options);
}

}  // namespace

void add_mask(CLI::App& app, Session& session) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("mask", "Show what a masking strategy would mask");
  command->add_option("--strategy", options->strategy, "random, genemask, global or pmi-voc");
  command
      ->add_option("--npmi", options->npmi,
                   "NPMI table: a file, builtin:human-6mer, from-genome; auto = built in at k=6, else from the FASTA")
      ->capture_default_str();
  command->add_option("-k", options->k, "bases a token, 3 to 8")->capture_default_str()->check(CLI::Range(3, 8));
  command->add_option("--seed", options->seed, "seed of the draw")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  command->add_flag("--stats", options->stats, "measure all windows of a FASTA file instead of drawing one");
  command->add_option("input", options->input, "a sequence, or a FASTA file");
  add_schedule_flags(*command, options->schedule);
  command->add_option("--set", options->assignments, "key.path=value on top of the configuration; may be repeated")
      ->allow_extra_args(false);
  add_output_flags(*command, options->output);
  command->footer(kExample);
  command->callback([options, &session] { session.run = [options] { run(*options); }; });
}

}  // namespace cmgems::apps
