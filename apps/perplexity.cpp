// cmgems perplexity: masked-token perplexity of sequences under a pretrained model.
#include "cmgems/infer/perplexity.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>

#include "cmgems/base/error.h"
#include "cmgems/base/log.h"
#include "cmgems/corpus/permutation.h"
#include "cmgems/masking/registry.h"
#include "command.h"
#include "inference.h"
#include "inputs.h"
#include "ranks.h"
#include "result_rows.h"
#include "result_table.h"
#include "tables.h"

namespace cmgems::apps {
namespace {

constexpr std::int64_t kDefaultSeed = 1;
constexpr const char* kExample =
    "Example, after cmgems pretrain --config smoke.json --out runs/first:\n"
    "  cmgems perplexity --model runs/first --windows 200 builtin:synthetic";

struct Options {
  ModelFlags model;
  OutputFlags output;
  std::string strategy = "random", out;
  std::optional<std::string> npmi;
  std::int64_t seed = kDefaultSeed;
  std::int64_t windows = 0;
  std::vector<std::string> inputs;
};

/// All windows, or some of them drawn by seed; each keeps the masks that it has among all.
std::vector<infer::KeyedWindow> choose_windows(const genome::Genome& genome, const infer::Model& model,
                                               const Options& options) {
  const auto all = corpus::cover_windows(genome, model.description.k, model.longest);
  std::vector<std::uint64_t> indices(all.size());
  std::iota(indices.begin(), indices.end(), std::uint64_t{0});
  if (options.windows > 0 && static_cast<std::size_t>(options.windows) < all.size()) {
    const corpus::Permutation order(all.size(), static_cast<std::uint64_t>(options.seed), corpus::kValidationEpoch);
    for (std::size_t i = 0; i < indices.size(); ++i) indices[i] = order(i);
    indices.resize(static_cast<std::size_t>(options.windows));
    std::sort(indices.begin(), indices.end());
  }
  std::vector<infer::KeyedWindow> chosen;
  for (const auto index : indices) chosen.push_back({all[index], index});
  return chosen;
}

std::vector<infer::KeyedWindow> own_windows(const std::vector<infer::KeyedWindow>& all, const parallel::Ranks& ranks) {
  if (ranks.alone()) return all;
  std::vector<std::size_t> lengths;
  for (const auto& one : all) lengths.push_back(one.window.tokens);
  const auto owners = corpus::deal(lengths, ranks.world());
  std::vector<infer::KeyedWindow> own;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (owners[i] == ranks.rank()) own.push_back(all[i]);
  }
  return own;
}

void add_up(std::vector<infer::MaskedLoss>& losses, parallel::Ranks& ranks) {
  std::vector<double> values;
  for (const auto& loss : losses) {
    values.insert(values.end(), {static_cast<double>(loss.windows), static_cast<double>(loss.tokens),
                                 static_cast<double>(loss.masked), loss.sum});
  }
  ranks.sum(values);
  for (std::size_t i = 0; i < losses.size(); ++i) {
    losses[i].windows = static_cast<std::uint64_t>(values[4 * i]);
    losses[i].tokens = static_cast<std::uint64_t>(values[4 * i + 1]);
    losses[i].masked = static_cast<std::uint64_t>(values[4 * i + 2]);
    losses[i].sum = values[4 * i + 3];
  }
}

/// Losses of the contigs of one file, each rank's share of the windows measured by it.
std::vector<infer::MaskedLoss> measure_file(infer::Model& model, const genome::Genome& genome, config::Config& config,
                                            const Options& options, const std::string& name, parallel::Ranks& ranks) {
  const auto k = model.description.k;
  std::optional<npmi::Table> table;
  if (masking::find_masker(options.strategy).needs_table) {
    resolve_table(config);
    table = load_table(config.npmi, k, config.compute.threads, &genome);
  }
  const auto masker = masking::make_masker(options.strategy, {k, table ? &*table : nullptr, config.masking});
  const corpus::ExampleMaker maker{
      genome, model.vocabulary, *masker, config.masking.random_ids, nullptr, static_cast<std::uint64_t>(options.seed)};
  const auto all = choose_windows(genome, model, options);
  if (all.empty()) {
    throw DataError(name + ": no run of A, C, G and T is as long as one k-mer of " + std::to_string(k) +
                    ": nothing to measure");
  }
  const auto windows = own_windows(all, ranks);
  Progress progress;
  auto losses = infer::measure(model, maker, windows, [&](std::size_t done) {
    progress.show(name + ": window " + format_count(done) + "/" + format_count(windows.size()));
  });
  progress.finish();
  add_up(losses, ranks);
  return losses;
}

std::vector<ResultRows::Json> row_of(const std::string& file, const std::string& record,
                                     const infer::MaskedLoss& loss) {
  return {file, record, loss.windows, loss.tokens, loss.masked, rounded(loss.mean()), rounded(loss.perplexity())};
}

/// The other ranks measure the same files and write nothing.
void follow(infer::Model& model, config::Config& config, const Options& options, parallel::Ranks& ranks) {
  for (const auto& input : options.inputs) {
    config.inputs.genome = {input};
    measure_file(model, load_genome(config), config, options, input, ranks);
  }
}

void run(const Options& options, Session& session) {
  start_logging(options.output);
  masking::find_masker(options.strategy);
  auto config = load_config(options.model.config);
  auto& ranks = start_ranks(session, config.compute);
  if (options.npmi) config.npmi.table = *options.npmi;
  if (ranks.first()) prepare_output(options.out);
  auto model = open_model(options.model);
  config.data.k = model.description.k;
  if (!ranks.first()) return follow(model, config, options, ranks);
  ResultRows rows(options.out, options.output.json,
                  {"file", "record", "windows", "tokens", "masked", "loss", "perplexity"});
  rows.set_head({{"command", "perplexity"},
                 {"model", options.model.model},
                 {"strategy", options.strategy},
                 {"seed", options.seed}});
  infer::MaskedLoss total;
  for (const auto& input : options.inputs) {
    config.inputs.genome = {input};
    const auto genome = load_genome(config);
    const auto losses = measure_file(model, genome, config, options, input, ranks);
    for (std::size_t i = 0; i < losses.size(); ++i) {
      rows.add(row_of(input, genome.contigs()[i].name, losses[i]));
      total.add(losses[i]);
    }
  }
  if (total.masked == 0) log_warning("no token was masked: give longer sequences, or another --seed");
  if (rows.is_table()) rows.add(row_of("total", "", total));
  log_info("perplexity " + decimals(total.perplexity(), 3) + " over " + format_count(total.masked) +
           " masked tokens of " + format_count(total.windows) + " windows");
  rows.finish({{"total",
                {{"windows", total.windows},
                 {"tokens", total.tokens},
                 {"masked", total.masked},
                 {"loss", rounded(total.mean())},
                 {"perplexity", rounded(total.perplexity())}}}});
}

}  // namespace

void add_perplexity(CLI::App& app, Session& session) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("perplexity", "Masked-token perplexity of sequences under a pretrained model");
  command
      ->add_option("input", options->inputs,
                   "FASTA (.gz too) or .2bit files, or builtin:synthetic; each is measured by itself")
      ->required();
  add_model_flags(*command, options->model);
  std::string names;
  for (const auto name : masking::masker_names()) names += (names.empty() ? "" : ", ") + std::string(name);
  command->add_option("--strategy", options->strategy, "masks: " + names)->capture_default_str();
  command->add_option("--npmi", options->npmi,
                      std::string("NPMI table of strategies that rank: auto, ") + kTableHelp +
                          " (default: npmi.table of the configuration, which is auto)");
  command->add_option("--seed", options->seed, "seed of masks and windows")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  command->add_option("--windows", options->windows, "windows of each file, drawn by seed; 0 = all")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  command->add_option("--out", options->out, "file of the table (default: standard output)");
  add_output_flags(*command, options->output);
  command->footer(kExample);
  command->callback([options, &session] {
    session.run = [options, &session] { run(*options, session); };
    session.takes_ranks = true;
  });
}

}  // namespace cmgems::apps
