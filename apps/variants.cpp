// cmgems variants: what a model makes of the variants of a VCF file.
#include "cmgems/infer/variants.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <functional>
#include <memory>
#include <utility>

#include "cmgems/base/error.h"
#include "cmgems/base/log.h"
#include "command.h"
#include "inference.h"
#include "inputs.h"
#include "result_rows.h"

namespace cmgems::apps {
namespace {

constexpr const char* kExample =
    "Example, after cmgems pretrain --genome genome.fa --out runs/mine ...:\n"
    "  cmgems variants --model runs/mine --genome genome.fa calls.vcf.gz --out effects.tsv";

struct Options {
  ModelFlags model;
  OutputFlags output;
  std::vector<std::string> genome;
  std::optional<std::uint64_t> context;
  std::string input, out;
};

/// Alternatives that were passed over.
struct Skipped {
  std::uint64_t symbolic = 0;
  std::uint64_t ambiguous = 0;
  std::uint64_t too_long = 0;
  std::uint64_t too_short = 0;
  std::uint64_t telomeric = 0;

  ResultRows::Json counts() const {
    return {{"skipped_symbolic", symbolic},
            {"skipped_ambiguous", ambiguous},
            {"skipped_too_long", too_long},
            {"skipped_short", too_short},
            {"skipped_telomeric", telomeric}};
  }

  void warn(std::uint64_t context) const {
    if (symbolic > 0) {
      log_warning(format_count(symbolic) + " symbolic alternatives (<DEL>, *, breakends, none) were skipped");
    }
    if (too_long > 0) {
      log_warning(format_count(too_long) + " alternatives leave fewer than k bases on either side in a window of " +
                  std::to_string(context) + " bases and were skipped");
    }
    if (ambiguous > 0) {
      log_warning(format_count(ambiguous) +
                  " alternatives were skipped: an allele, or what is beside it, has other letters than A, C, G and T");
    }
    if (too_short > 0) {
      log_warning(format_count(too_short) + " alternatives were skipped: their windows have fewer than k bases");
    }
    if (telomeric > 0) log_warning(format_count(telomeric) + " records at position 0, a telomere, were skipped");
  }
};

/// Bases of the longer window. Throws: UsageError.
std::uint64_t context_of(const Options& options, const infer::Model& model) {
  const auto k = static_cast<std::uint64_t>(model.description.k);
  const std::uint64_t fits = model.longest + k - 1;
  const std::uint64_t context = options.context.value_or(fits);
  if (context < 2 * k + 1) {
    throw UsageError("--context " + std::to_string(context) + ": at least " + std::to_string(2 * k + 1) +
                     " bases, for k on either side of one");
  }
  if (context > fits) {
    throw UsageError("--context " + std::to_string(context) + ": the model takes windows of at most " +
                     std::to_string(fits) + " bases");
  }
  return context;
}

std::vector<std::string> columns_of(const infer::Model& model) {
  std::vector<std::string> columns{"chrom", "pos", "id", "ref", "alt"};
  if (!model.classifies()) {
    columns.insert(columns.end(), {"log_likelihood_ref", "log_likelihood_alt", "delta", "tokens_ref", "tokens_alt"});
    return columns;
  }
  for (const auto& name : infer::label_names(model.description)) {
    columns.insert(columns.end(), {"ref_" + name, "alt_" + name, "delta_" + name});
  }
  return columns;
}

std::vector<ResultRows::Json> row_of(const infer::VariantEffect& effect) {
  const auto& variant = effect.windows.variant;
  std::vector<ResultRows::Json> row{variant.contig, variant.position + 1, variant.id, variant.reference,
                                    variant.alternatives.front()};
  for (std::size_t i = 0; i < effect.reference.size(); ++i) {
    row.push_back(rounded(effect.reference[i]));
    row.push_back(rounded(effect.alternative[i]));
    row.push_back(rounded(effect.alternative[i] - effect.reference[i]));
  }
  if (!effect.reference.empty()) return row;
  row.push_back(rounded(effect.reference_log_likelihood));
  row.push_back(rounded(effect.alternative_log_likelihood));
  row.push_back(rounded(effect.alternative_log_likelihood - effect.reference_log_likelihood));
  row.push_back(effect.reference_tokens);
  row.push_back(effect.alternative_tokens);
  return row;
}

/// Cuts windows around the alternatives of variants, and passes over what has none or cannot be scored.
class Windows {
 public:
  Windows(const infer::Model& model, const genome::Genome& genome, std::uint64_t context)
      : vocabulary_(model.vocabulary), genome_(genome), reader_(genome), context_(context) {}

  void cut(const genome::Variant& variant, const std::function<void(infer::VariantWindows)>& take) {
    if (variant.alternatives.empty()) ++skipped.symbolic;
    for (const auto& alternative : variant.alternatives) {
      if (!genome::is_sequence(alternative)) {
        ++skipped.symbolic;
      } else if (!genome::is_unambiguous(alternative) || !genome::is_unambiguous(variant.reference)) {
        ++skipped.ambiguous;
      } else if (too_long(variant.reference, alternative)) {
        ++skipped.too_long;
      } else {
        take_scorable(infer::windows_of(genome_, reader_, variant, alternative, context_), take);
      }
    }
  }

  Skipped skipped;

 private:
  bool too_long(const std::string& reference, const std::string& alternative) const {
    const auto longer = std::max(reference.size(), alternative.size());
    return longer + 2 * static_cast<std::uint64_t>(vocabulary_.k()) > context_;
  }
  void take_scorable(infer::VariantWindows windows, const std::function<void(infer::VariantWindows)>& take) {
    const auto scorable = infer::scorable(windows, vocabulary_);
    if (scorable == infer::Scorable::yes) return take(std::move(windows));
    ++(scorable == infer::Scorable::too_short ? skipped.too_short : skipped.ambiguous);
  }

  const kmer::Vocabulary& vocabulary_;
  const genome::Genome& genome_;
  genome::ContigReader reader_;
  std::uint64_t context_;
};

void run(const Options& options) {
  start_logging(options.output);
  prepare_output(options.out);
  auto config = load_config(options.model.config);
  auto model = open_model(options.model);
  const auto context = context_of(options, model);
  config.inputs.genome = options.genome;
  const auto genome = load_genome(config);
  Windows windows(model, genome, context);
  ResultRows rows(options.out, options.output.json, columns_of(model));
  rows.set_head(
      {{"command", "variants"}, {"model", options.model.model}, {"input", options.input}, {"context", context}});
  infer::VariantScorer scorer(model, [&](const infer::VariantEffect& effect) { rows.add(row_of(effect)); });
  CountLine line("alternatives");
  windows.skipped.telomeric = genome::for_each_variant(options.input, [&](const genome::Variant& variant) {
    windows.cut(variant, [&](infer::VariantWindows next) {
      scorer.add(std::move(next));
      line.add(context);
    });
  });
  scorer.finish();
  line.finish();
  windows.skipped.warn(context);
  ResultRows::Json tail{{"alternatives", line.count()}};
  tail.update(windows.skipped.counts());
  rows.finish(tail);
}

}  // namespace

void add_variants(CLI::App& app, Session& session) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("variants", "Effect of variants on class probabilities or on the likelihood");
  command
      ->add_option("input", options->input,
                   "VCF, BCF, or a table (.gz too) with the columns chrom, pos (from 1), ref and alt")
      ->required();
  add_model_flags(*command, options->model);
  command->add_option("--genome", options->genome, "the genome of the variants: FASTA (.gz too) or .2bit")
      ->required()
      ->allow_extra_args(false);
  command->add_option("--context", options->context,
                      "bases of a window around its variant (default: what the model's positions hold)");
  command->add_option("--out", options->out, "file of the table (default: standard output)");
  add_output_flags(*command, options->output);
  command->footer(kExample);
  command->callback([options, &session] { session.run = [options] { run(*options); }; });
}

}  // namespace cmgems::apps
