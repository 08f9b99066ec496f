// cmgems npmi build: counts genomes and writes the table that maskers rank tokens by.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "cmgems/base/log.h"
#include "command.h"
#include "inputs.h"
#include "npmi_summary.h"
#include "tables.h"

namespace cmgems::apps {
namespace {

using nlohmann::ordered_json;

constexpr const char* kExample = "Example:\n  cmgems npmi build --genome genome.fa -k 6 --out npmi.tsv";

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

}  // namespace

void add_npmi_build(CLI::App& npmi, Session& session) {
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
  command->footer(kExample);
  command->callback([options, &session] { session.run = [options, &session] { build(*options, session); }; });
}

}  // namespace cmgems::apps
