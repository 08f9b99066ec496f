// cmgems bench count: how fast n-mers are counted, from text and from packed bases.
#include <CLI/CLI.hpp>
#include <chrono>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "cmgems/genome/synthetic.h"
#include "cmgems/kmer/counter.h"
#include "command.h"

namespace cmgems::apps {
namespace {

constexpr const char* kExample = "Example:\n  cmgems bench count -k 6 --bases 200000000";

struct Options {
  OutputFlags output;
  std::int64_t bases = 100'000'000;
  int k = 6;
};

void run(const Options& options) {
  start_logging(options.output);
  const auto genome = genome::synthetic_genome({options.bases, 1});
  const auto start = std::chrono::steady_clock::now();
  const auto counts = kmer::count_nmers(genome, options.k, 1);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const double rate = static_cast<double>(options.bases) / seconds / 1e6;
  if (options.output.json) {
    std::cout << nlohmann::ordered_json{{"command", "bench count"}, {"k", counts.k}, {"packed_mbases_s", rate}}.dump(2)
              << "\n";
    return;
  }
  std::cout << "from 2 bits: " << rate << " Mbase/s on one core\n";
}

}  // namespace

void add_bench_count(CLI::App& bench, Session& session) {
  auto options = std::make_shared<Options>();
  auto* command = bench.add_subcommand("count", "Counting of n-mers");
  command->add_option("--bases", options->bases, "bases of the built-in genome to count")->capture_default_str();
  command->add_option("-k", options->k, "longest n-mer")->capture_default_str()->check(CLI::Range(1, 8));
  add_output_flags(*command, options->output);
  command->footer(kExample);
  command->callback([options, &session] { session.run = [options] { run(*options); }; });
}

}  // namespace cmgems::apps
