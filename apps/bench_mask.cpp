// cmgems bench mask: how fast every masker is, with each of its options, on one core.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "cmgems/genome/synthetic.h"
#include "cmgems/kmer/counter.h"
#include "cmgems/masking/registry.h"
#include "command.h"
#include "result_table.h"

namespace cmgems::apps {
namespace {

using nlohmann::ordered_json;

constexpr const char* kExample = "Example:\n  cmgems bench mask --windows 4000";

struct Options {
  OutputFlags output;
  std::int64_t windows = 2000;
  std::int64_t tokens = 510;
  std::int64_t repeats = 7;
  int k = 6;
};

/// A masker with settings on top of the defaults.
struct Variant {
  std::string_view masker;
  std::vector<std::string> settings;
};

/// Every masker of the list, then every option.
std::vector<Variant> variants() {
  std::vector<Variant> list;
  for (const auto name : masking::masker_names()) list.push_back({name, {}});
  for (const auto name : masking::masker_names()) list.push_back({name, {"masking.rate_scale=2"}});
  for (const char* setting : {"rank_by=position", "half=first", "all_pmi_below=5"}) {
    list.push_back({"genemask", {std::string("masking.genemask.") + setting}});
  }
  for (const char* setting : {"rank_by=position", "count=binomial", "overlap=suppress"}) {
    list.push_back({"global", {std::string("masking.global.") + setting}});
  }
  list.push_back({"pmi-voc", {"masking.pmi_voc.size=4000"}});
  list.push_back({"genemask", {"variant=release"}});
  list.push_back({"global", {"variant=release"}});
  return list;
}

using Windows = std::vector<std::vector<kmer::TokenId>>;

Windows windows_of(const genome::Genome& genome, const Options& options) {
  const kmer::Vocabulary vocabulary(options.k);
  Windows windows(static_cast<std::size_t>(options.windows));
  std::vector<std::uint8_t> codes(static_cast<std::size_t>(options.tokens + options.k - 1));
  for (std::size_t i = 0; i < windows.size(); ++i) {
    genome.unpack(i * codes.size(), codes);
    windows[i].resize(static_cast<std::size_t>(options.tokens));
    kmer::tokenize_codes(vocabulary, codes, windows[i]);
  }
  return windows;
}

struct Speed {
  double tokens_per_second;  // the best of the repeats
  double masked_share;
};

Speed measure(const masking::Masker& masker, const Windows& windows, std::int64_t repeats) {
  masking::MaskPlan plan;
  double best = 1e9;
  std::uint64_t tokens = 0, masked = 0;
  for (std::int64_t repeat = 0; repeat < repeats; ++repeat) {
    tokens = masked = 0;
    const auto start = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < windows.size(); ++i) {
      RandomStream random(1, Purpose::mask, 0, i);
      masker.plan(windows[i], random, plan);
      tokens += plan.tokens;
      masked += plan.positions.size();
    }
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  return {static_cast<double>(tokens) / best, static_cast<double>(masked) / static_cast<double>(tokens)};
}

void run(const Options& options) {
  start_logging(options.output);
  const auto bases = static_cast<std::int64_t>(options.windows * (options.tokens + options.k - 1));
  const auto genome = genome::synthetic_genome({std::max<std::int64_t>(bases, 10'000), 1});
  const auto counts = kmer::count_nmers(genome, options.k, 1);
  const auto npmi = npmi::build_table(counts, npmi::Definition::paper, 1);
  const auto windows = windows_of(genome, options);
  ordered_json rows = ordered_json::array();
  ResultTable table({"masker", "M tokens/s", "ns a token", "masked"});
  for (const auto& variant : variants()) {
    config::Config config;
    config::apply_assignments(config, variant.settings);
    const auto masker = masking::make_masker(variant.masker, {options.k, &npmi, config.masking});
    const auto speed = measure(*masker, windows, options.repeats);
    const std::string setting = variant.settings.empty() ? "" : variant.settings.front();
    rows.push_back({{"masker", variant.masker},
                    {"set", setting},
                    {"mtokens_s", speed.tokens_per_second / 1e6},
                    {"masked_share", speed.masked_share}});
    table.add({std::string(variant.masker) + (setting.empty() ? "" : " " + setting),
               decimals(speed.tokens_per_second / 1e6, 1), decimals(1e9 / speed.tokens_per_second, 2),
               percent(speed.masked_share)});
  }
  if (options.output.json) {
    std::cout << ordered_json{{"command", "bench mask"},
                              {"k", options.k},
                              {"windows", options.windows},
                              {"tokens", options.tokens},
                              {"rows", rows}}
                     .dump(2)
              << "\n";
    return;
  }
  std::cout << options.windows << " windows of " << options.tokens << " tokens, k=" << options.k
            << ", one core, the best of " << options.repeats << "\n\n";
  table.print(std::cout);
}

}  // namespace

void add_bench_mask(CLI::App& bench, Session& session) {
  auto options = std::make_shared<Options>();
  auto* command = bench.add_subcommand("mask", "Masking, every masker and option");
  command->add_option("--windows", options->windows, "windows of the built-in genome to mask")
      ->capture_default_str()
      ->check(CLI::Range(1, 1'000'000));
  command->add_option("--tokens", options->tokens, "tokens a window")->capture_default_str()->check(CLI::Range(1, 510));
  command->add_option("--repeats", options->repeats, "timings, of which the best counts")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000));
  command->add_option("-k", options->k, "bases a token, 3 to 8")->capture_default_str()->check(CLI::Range(3, 8));
  add_output_flags(*command, options->output);
  command->footer(kExample);
  command->callback([options, &session] { session.run = [options] { run(*options); }; });
}

}  // namespace cmgems::apps
