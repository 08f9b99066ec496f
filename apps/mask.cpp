// cmgems mask: what strategies would mask, drawn under a sequence, or measured over the windows of a genome.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "cmgems/base/error.h"
#include "cmgems/base/log.h"
#include "cmgems/corpus/corpus.h"
#include "cmgems/masking/registry.h"
#include "command.h"
#include "inputs.h"
#include "mask_preview.h"
#include "mask_schedule.h"
#include "mask_statistics.h"
#include "tables.h"

namespace cmgems::apps {
namespace {

using nlohmann::ordered_json;

constexpr std::int64_t kDefaultSeed = 1;
constexpr const char* kBuiltinGenome = "builtin:synthetic";
constexpr const char* kExample =
    "Example:\n  cmgems mask --strategy random,genemask,global ACGTTGCATATAAAAGGCACGTCCAGTTGACCATATTGCA\n"
    "  cmgems mask --strategy all --stats --windows 4000 --npmi from-genome genome.fa\n"
    "  cmgems mask --strategy global --set masking.global.overlap=suppress --stats genome.fa\n"
    "  cmgems mask --schedule logo-small.json --trace runs/mine/metrics.jsonl";

struct Options {
  OutputFlags output;
  ScheduleFlags schedule;
  std::string config;
  std::vector<std::string> assignments;
  std::vector<std::string> strategies;
  std::optional<std::string> npmi;
  std::optional<std::int64_t> k;
  std::optional<std::int64_t> seed;
  bool stats = false;
  std::int64_t windows = 0;
  std::string input;
};

bool is_file(const std::string& input) {
  std::error_code ignored;
  return std::filesystem::exists(input, ignored);
}

/// Named flags on top of --set on top of --config. Without a configuration the seed is 1, not that of a training run.
config::Config config_of(const Options& options) {
  config::Config config;
  if (options.config.empty()) {
    config.train.seed = kDefaultSeed;
  } else {
    config::apply_file(config, options.config);
  }
  config::apply_assignments(config, options.assignments);
  if (options.k) config::apply_assignments(config, {"data.k=" + std::to_string(*options.k)});
  if (options.npmi) config.npmi.table = *options.npmi;
  if (options.seed) config.train.seed = *options.seed;
  config.inputs.genome = {options.input};
  return config;
}

/// The maskers of a list of names; "all" stands for every one.
std::vector<const masking::MaskerEntry*> maskers_of(const std::vector<std::string>& names) {
  std::vector<const masking::MaskerEntry*> chosen;
  for (const auto& name : names) {
    for (const auto& curriculum : curriculum::curricula()) {
      if (name != curriculum.name) continue;
      throw UsageError(name + " is a curriculum of two maskers (" + std::string(curriculum.summary) +
                       "): preview the maskers with --strategy, for example genemask,global");
    }
    if (name == "all") {
      for (const auto& entry : masking::maskers()) chosen.push_back(&entry);
    } else {
      chosen.push_back(&masking::find_masker(name));
    }
  }
  return chosen;
}

/// What is previewed: the maskers, the table that they rank by, and the genome, when one is read.
struct Bench {
  config::Config config;
  std::optional<genome::Genome> genome;
  std::optional<npmi::Table> table;
  std::vector<std::string> names;
  std::vector<std::unique_ptr<masking::Masker>> maskers;

  int k() const { return static_cast<int>(config.data.k); }
  const npmi::Table* table_or_null() const { return table ? &*table : nullptr; }
};

void load_bench_table(Bench& bench, bool needed, const std::string& input) {
  resolve_table(bench.config);
  const bool counted = bench.config.npmi.table == "from-genome";
  if (counted && !bench.genome && is_file(input)) {
    if (!std::filesystem::is_regular_file(input)) {
      throw UsageError(input + " is no plain file and can be read only once, and an NPMI table from-genome reads it " +
                       "twice: save it to a file, or name a table with --npmi");
    }
    bench.genome = load_genome(bench.config);
  }
  if (counted && !bench.genome) {
    if (!needed) return;
    const std::string k = std::to_string(bench.k());
    throw UsageError("k=" + k + " has no built-in NPMI table: build one (cmgems npmi build -k " + k +
                     " --genome GENOME.fa --out npmi.tsv) and give it with --npmi");
  }
  bench.table = load_table(bench.config.npmi, bench.config.data.k, bench.config.compute.threads,
                           bench.genome ? &*bench.genome : nullptr);
}

std::unique_ptr<Bench> make_bench(const Options& options) {
  auto bench = std::make_unique<Bench>();
  bench->config = config_of(options);
  const auto entries = maskers_of(options.strategies);
  if (options.stats) {
    if (!is_file(options.input) && options.input != kBuiltinGenome) {
      throw InputNotFound("--stats needs a genome file: " + options.input + " is none");
    }
    bench->genome = load_genome(bench->config);
  }
  load_bench_table(*bench, std::any_of(entries.begin(), entries.end(), [](const auto* e) { return e->needs_table; }),
                   options.input);
  for (const auto* entry : entries) {
    bench->names.emplace_back(entry->name);
    bench->maskers.push_back(entry->make({bench->k(), bench->table_or_null(), bench->config.masking}));
  }
  return bench;
}

/// The first windows of the first epoch, as a training run with this configuration and seed meets and masks them.
std::vector<NamedStatistics> measure(const Bench& bench, const corpus::Corpus& corpus, std::int64_t windows) {
  std::vector<NamedStatistics> all;
  for (std::size_t i = 0; i < bench.maskers.size(); ++i) {
    NamedStatistics one{bench.names[i], {}};
    for (std::int64_t window = 0; window < windows; ++window) {
      for (const auto& masks : corpus.train_batch(window, 1, *bench.maskers[i], 0).statistics) one.masks.add(masks);
    }
    all.push_back(std::move(one));
  }
  return all;
}

void statistics(const Bench& bench, const Options& options) {
  const corpus::Corpus corpus(*bench.genome, bench.config.data, bench.config.masking, bench.table_or_null(),
                              static_cast<std::uint64_t>(bench.config.train.seed));
  const auto there = static_cast<std::int64_t>(corpus.windows().train.size());
  const std::int64_t windows = options.windows > 0 ? std::min(options.windows, there) : there;
  if (options.windows > there) log_warning("the genome has " + std::to_string(there) + " training windows only");
  const auto all = measure(bench, corpus, windows);
  if (options.output.json) {
    ordered_json json = {{"command", "mask"},
                         {"k", bench.k()},
                         {"seed", bench.config.train.seed},
                         {"npmi", bench.table ? ordered_json(bench.config.npmi.table) : ordered_json(nullptr)},
                         {"windows", windows},
                         {"strategies", ordered_json::array()}};
    for (const auto& one : all) {
      ordered_json row = {{"strategy", one.strategy}};
      row.update(mask_statistics_json(one.masks));
      json["strategies"].push_back(std::move(row));
    }
    std::cout << json.dump(2) << "\n";
    return;
  }
  std::cout << format_count(static_cast<unsigned long long>(windows)) << " of "
            << format_count(static_cast<unsigned long long>(there)) << " training windows of up to "
            << bench.config.data.max_tokens << " tokens, " << format_count(all.front().masks.tokens)
            << " tokens; NPMI: " << (bench.table ? bench.config.npmi.table : "none") << "\n\n";
  print_mask_statistics(std::cout, all);
  std::cout << "\nhidden: bases that no unmasked token shows; NPMI: tokens without a score are left out\n";
}

void run(const Options& options) {
  start_logging(options.output);
  if (options.schedule.given()) return run_schedule(options.schedule, options.assignments, options.output.json);
  if (options.strategies.empty() || options.input.empty()) {
    throw UsageError(
        "mask needs --strategy and a sequence or a genome file, or --schedule and --trace; see cmgems mask --help");
  }
  const auto bench = make_bench(options);
  if (options.stats) return statistics(*bench, options);
  PreviewOptions preview{bench->k(), bench->config.data.max_tokens, bench->config.train.seed, options.output.json};
  preview_masks(options.input, preview, bench->table_or_null(), bench->names, bench->maskers);
}

}  // namespace

void add_mask(CLI::App& app, Session& session) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("mask", "Show what masking strategies would mask");
  std::string names;
  for (const auto name : masking::masker_names()) names += std::string(name) + ", ";
  command->add_option("--strategy", options->strategies, names + "several with commas between them, or all")
      ->delimiter(',')
      ->allow_extra_args(false);
  command->add_option("--config", options->config,
                      "configuration: its sections masking, data and npmi, and train.seed (default: none)");
  command->add_option("--set", options->assignments, "key.path=value on top of the configuration; may be repeated")
      ->allow_extra_args(false);
  command->add_option("--npmi", options->npmi,
                      "NPMI table: a file, builtin:human-6mer, from-genome; auto = built in at k=6, else from the file "
                      "(default: auto)");
  command->add_option("-k", options->k, "bases a token, 3 to 8 (default: 6)")->check(CLI::Range(3, 8));
  command->add_option("--seed", options->seed, "seed of the draw (default: 1, with --config its train.seed)")
      ->check(CLI::NonNegativeNumber);
  command->add_flag("--stats", options->stats,
                    "measure the windows that a training run would see, instead of drawing one sequence");
  command->add_option("--windows", options->windows, "windows to measure, 0 = all training windows of the genome")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  command->add_option("input", options->input,
                      "a sequence, a FASTA or .2bit file, or for --stats also builtin:synthetic");
  add_schedule_flags(*command, options->schedule);
  add_output_flags(*command, options->output);
  command->footer(kExample);
  command->callback([options, &session] { session.run = [options] { run(*options); }; });
}

}  // namespace cmgems::apps
