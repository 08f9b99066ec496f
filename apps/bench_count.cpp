// cmgems bench count: how fast n-mers are counted, from text and from packed bases in memory, and from a file.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "cmgems/base/atomic_file.h"
#include "cmgems/base/error.h"
#include "cmgems/base/memory.h"
#include "cmgems/genome/reader.h"
#include "cmgems/genome/synthetic.h"
#include "cmgems/kmer/counter.h"
#include "command.h"
#include "result_table.h"
#include "tables.h"

namespace cmgems::apps {
namespace {

using nlohmann::ordered_json;

constexpr const char* kExample =
    "Example, one and two threads:\n"
    "  cmgems bench count -k 6 --bases 200000000 --threads 2";
constexpr int kRepeats = 3;
constexpr std::size_t kLine = 60;  // letters a line of the FASTA file

struct Options {
  OutputFlags output;
  std::int64_t bases = 100'000'000;
  int k = 6;
  int threads = 2;
  std::string file;
};

struct Measurement {
  std::string input;
  int threads;
  double seconds;  // the best of kRepeats
  std::uint64_t bases;
  double rate() const { return static_cast<double>(bases) / seconds / 1e6; }
};

/// A file that is removed with the object.
class TemporaryFile {
 public:
  TemporaryFile(const std::string& name, std::string_view content)
      : path_(std::filesystem::temp_directory_path() / (name + std::to_string(::getpid()))) {
    write_file_atomic(path_, content);
  }
  ~TemporaryFile() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

std::string letters_of(const genome::Genome& genome) {
  std::string text(genome.size(), 'N');
  std::vector<std::uint8_t> codes(std::size_t{1} << 20);
  for (std::uint64_t done = 0; done < text.size(); done += codes.size()) {
    codes.resize(std::min<std::uint64_t>(codes.size(), text.size() - done));
    genome.unpack(done, codes);
    for (std::size_t i = 0; i < codes.size(); ++i) text[done + i] = genome::kBaseLetters[codes[i]];
  }
  return text;
}

std::string fasta_of(const std::string& letters) {
  std::string text = ">synthetic\n";
  text.reserve(letters.size() + letters.size() / kLine + 64);
  for (std::size_t at = 0; at < letters.size(); at += kLine) text.append(letters, at, kLine) += '\n';
  return text;
}

class Bench {
 public:
  explicit Bench(const Options& options) : options_(options) {}

  /// `count` returns the number of bases.
  template <class Count>
  void measure(const std::string& input, Count count) {
    measure(input, 1, count);
    if (options_.threads > 1) measure(input, options_.threads, count);
  }

  void measure_file(const std::string& input, const std::filesystem::path& path) {
    measure(input, [&](int threads) {
      const auto fill = [&](genome::GenomeBuilder& builder) { genome::append_files(builder, {path}, threads); };
      const auto counted = kmer::count_stream(fill, options_.k, threads);
      const TemporaryFile table("cmgems-bench-table-", "");
      npmi::write_table(table_of_counts({}, counted.counts, counted.hash), table.path());
      return counted.outline.size;
    });
  }

  std::vector<Measurement> results;

 private:
  template <class Count>
  void measure(const std::string& input, int threads, Count count) {
    Measurement best{input, threads, 1e9, 0};
    for (int repeat = 0; repeat < kRepeats; ++repeat) {
      const auto start = std::chrono::steady_clock::now();
      best.bases = count(threads);
      const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      best.seconds = std::min(best.seconds, seconds);
    }
    results.push_back(best);
  }

  const Options& options_;
};

void measure_synthetic(Bench& bench, const Options& options) {
  const auto genome = genome::synthetic_genome({options.bases, 1});
  bench.measure("2 bits in memory", [&](int threads) {
    kmer::count_nmers(genome, options.k, threads);
    return genome.size();
  });
  const std::string letters = letters_of(genome);
  bench.measure("ASCII in memory", [&](int threads) {
    const auto fill = [&](genome::GenomeBuilder& builder) {
      builder.begin_contig("synthetic");
      builder.append(letters);
    };
    return kmer::count_stream(fill, options.k, threads).outline.size;
  });
  const TemporaryFile file("cmgems-bench-genome-", fasta_of(letters));
  bench.measure_file("FASTA file to table file", file.path());
}

ordered_json json_of(const std::vector<Measurement>& results, const Options& options) {
  ordered_json list = ordered_json::array();
  for (const auto& result : results) {
    list.push_back({{"input", result.input},
                    {"threads", result.threads},
                    {"bases", result.bases},
                    {"seconds", result.seconds},
                    {"mbases_per_second", result.rate()},
                    {"mbases_per_second_and_thread", result.rate() / result.threads}});
  }
  return {{"command", "bench count"}, {"k", options.k}, {"results", list}};
}

void run(const Options& options) {
  start_logging(options.output);
  kmer::require_memory(options.k, options.threads, available_memory());
  Bench bench(options);
  options.file.empty() ? measure_synthetic(bench, options) : bench.measure_file(options.file, options.file);
  if (options.output.json) {
    std::cout << json_of(bench.results, options).dump(2) << "\n";
    return;
  }
  std::cout << "all n-mers, n = 1.." << options.k << "; the best of " << kRepeats << "\n";
  ResultTable table({"input", "threads", "Mbase/s", "Mbase/s a thread"});
  for (const auto& result : bench.results) {
    table.add({result.input, std::to_string(result.threads), decimals(result.rate(), 0),
               decimals(result.rate() / result.threads, 0)});
  }
  table.print(std::cout);
}

}  // namespace

void add_bench_count(CLI::App& bench, Session& session) {
  auto options = std::make_shared<Options>();
  auto* command = bench.add_subcommand("count", "Counting of n-mers, from memory and from a file to its NPMI table");
  command->add_option("--bases", options->bases, "bases of the built-in genome to count")
      ->capture_default_str()
      ->check(CLI::Range(std::int64_t{1000}, std::int64_t{4'000'000'000}));
  command->add_option("--file", options->file, "count this genome file instead");
  command->add_option("-k", options->k, "longest n-mer")
      ->capture_default_str()
      ->check(CLI::Range(3, kmer::kLongestCounted));
  command->add_option("--threads", options->threads, "threads, measured beside one thread")
      ->capture_default_str()
      ->check(CLI::Range(1, 4096));
  add_output_flags(*command, options->output);
  command->footer(kExample);
  command->callback([options, &session] { session.run = [options] { run(*options); }; });
}

}  // namespace cmgems::apps
