// cmgems npmi build: counts genomes and writes the table that maskers rank tokens by.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "cmgems/base/atomic_file.h"
#include "cmgems/base/log.h"
#include "cmgems/base/memory.h"
#include "cmgems/kmer/counter.h"
#include "cmgems/kmer/vocabulary.h"
#include "command.h"
#include "inputs.h"
#include "npmi_summary.h"
#include "tables.h"

namespace cmgems::apps {
namespace {

using nlohmann::ordered_json;

constexpr const char* kExample =
    "Example, repeats left out:\n"
    "  cmgems npmi build --genome hg38.2bit -k 6 --exclude repeats.bed.gz --out npmi.tsv\n"
    "k above 8 is for looking only: tokens have 3 to 8 bases. Two threads need 1.0 GiB at k=12, a quarter of it at 11";

struct BuildOptions {
  OutputFlags output;
  std::vector<std::string> genome;
  std::optional<std::string> include, exclude;
  int k = 6;
  std::string definition = "paper";
  std::int64_t min_count = npmi::NpmiOptions{}.min_count;
  bool both_strands = false;
  int threads = 0;
  std::string out;
};

void build(const BuildOptions& options, const Session& session) {
  start_logging(options.output);
  config::Config config;
  config.inputs.genome = options.genome;
  config.npmi.min_count = options.min_count;
  config.npmi.both_strands = options.both_strands;
  config::apply_assignments(config, {"npmi.definition=" + options.definition});
  config.data.include = options.include;
  config.data.exclude = options.exclude;
  config.compute.threads = options.threads;
  kmer::require_memory(options.k, options.threads, available_memory());
  check_output_file(options.out);
  resolve_genome(config, session);
  const auto counted = kmer::count_stream([&](genome::GenomeBuilder& builder) { append_genome(builder, config); },
                                          options.k, options.threads, options.both_strands, regions_of(config));
  const auto table = table_of_counts(config.npmi, counted.counts, counted.hash);
  make_folders(std::filesystem::path(options.out).parent_path());
  npmi::write_table(table, options.out);
  if (options.output.json) {
    ordered_json json = {{"command", "npmi build"}, {"table", options.out}, {"bases", counted.outline.size}};
    json.update(table_json(table));
    std::cout << json.dump(2) << "\n";
    return;
  }
  std::cout << format_count(counted.outline.size) << " bases counted\n";
  print_summary(table);
  std::cout << "table: " << options.out << "\n";
}

}  // namespace

void add_npmi_build(CLI::App& npmi, Session& session) {
  auto options = std::make_shared<BuildOptions>();
  auto* command = npmi.add_subcommand("build", "Count a genome and write its NPMI table");
  command->add_option("--genome", options->genome,
                      "FASTA (.gz too) or .2bit files, or builtin:synthetic (default: the one genome file in "
                      "$CMGEMS_DATA/genome or ./data/genome)");
  command->add_option("--include", options->include, "BED file: count these regions only");
  command->add_option("--exclude", options->exclude, "BED file: leave these regions out; wins over --include");
  command->add_option("-k", options->k, "bases a k-mer, 3 to 12")
      ->capture_default_str()
      ->check(CLI::Range(kmer::kMinK, kmer::kLongestCounted));
  command->add_option("--definition", options->definition, "paper or genemask-release")->capture_default_str();
  command->add_option("--min-count", options->min_count, "k-mers seen less often get no score")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  command->add_flag("--both-strands", options->both_strands, "count reverse complements too (default: forward only)");
  command->add_option("--threads", options->threads, "threads, 0 = all cores")
      ->capture_default_str()
      ->check(CLI::Range(0, 4096));
  command->add_option("--out", options->out, "table to write (docs/npmi-table.md); missing folders are made")
      ->required();
  add_output_flags(*command, options->output);
  command->footer(kExample);
  command->callback([options, &session] { session.run = [options, &session] { build(*options, session); }; });
}

}  // namespace cmgems::apps
