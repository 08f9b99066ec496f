#include "cmgems/infer/variants.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

#include "cmgems/base/error.h"
#include "cmgems/base/options.h"
#include "cmgems/genome/genome.h"
#include "cmgems/train/lm_step.h"
#include "cmgems/train/scoring.h"

namespace cmgems::infer {
namespace {

/// Bases as a genome reads them: U is T, everything ambiguous N.
std::string plain(const std::string& allele) {
  std::string bases = allele;
  for (char& base : bases) {
    const auto code = genome::base_code(base);
    base = code == genome::kNotABase ? 'N' : genome::kBaseLetters[code];
  }
  return bases;
}

[[noreturn]] void unknown_contig(const genome::Genome& genome, const genome::Variant& variant) {
  std::vector<std::string_view> names;
  for (const auto& contig : genome.contigs()) names.push_back(contig.name);
  const auto near = nearest(variant.contig, names);
  throw DataError(variant.place + ": the genome has no contig '" + variant.contig + "'" +
                  (near.empty() ? "" : "; did you mean '" + std::string(near) + "'?"));
}

std::string shortened(const std::string& bases) { return bases.size() <= 20 ? bases : bases.substr(0, 20) + "..."; }

/// Masks the tokens that hold a base of the allele, which begins at base `at`; those that are [UNK] stay.
corpus::MaskedExample mask_allele(const kmer::Vocabulary& vocabulary, const std::string& window, std::size_t at,
                                  std::size_t length) {
  corpus::MaskedExample masked;
  auto& [tokens, positions, labels] = masked;
  tokens = kmer::tokenize(vocabulary, window);
  const auto reach = static_cast<std::size_t>(vocabulary.k() - 1);
  for (std::size_t t = at > reach ? at - reach : 0; t < std::min(at + length, tokens.size()); ++t) {
    if (tokens[t] == kmer::kUnk) continue;
    positions.push_back(static_cast<std::uint32_t>(t));
    labels.push_back(tokens[t]);
    tokens[t] = kmer::kMask;
  }
  return masked;
}

/// Whether a k-mer with a base of the allele consists of bases alone.
bool has_token(const kmer::Vocabulary& vocabulary, const VariantWindows& windows, const std::string& allele) {
  const auto reach = std::min(static_cast<std::size_t>(vocabulary.k() - 1), windows.left.size());
  const auto beside = windows.left.substr(windows.left.size() - reach) + allele +
                      windows.right.substr(0, static_cast<std::size_t>(vocabulary.k() - 1));
  const auto tokens = kmer::tokenize(vocabulary, beside);
  return std::any_of(tokens.begin(), tokens.end(), [](kmer::TokenId token) { return token != kmer::kUnk; });
}

/// Log probability of each masked token, in order.
std::vector<double> log_probabilities(Model& model, const corpus::RaggedBatch& batch) {
  auto losses = train::masked_losses(model.masked_lm, batch, model.runtime);
  for (double& loss : losses) loss = -loss;
  return losses;
}

}  // namespace

VariantWindows windows_of(const genome::Genome& genome, const genome::ContigReader& reader,
                          const genome::Variant& variant, const std::string& alternative, std::uint64_t context) {
  const auto contig = reader.find(variant.contig);
  if (!contig) unknown_contig(genome, variant);
  const std::uint64_t length = genome.contigs()[*contig].length;
  const std::uint64_t end = variant.position + variant.reference.size();
  if (variant.position >= length || end > length) {
    throw DataError(variant.place + ": position " + std::to_string(variant.position + 1) + " lies beyond the " +
                    std::to_string(length) + " bases of contig '" + variant.contig + "'");
  }
  const auto found = reader.bases(*contig, variant.position, end);
  if (found != plain(variant.reference)) {
    throw DataError(variant.place + ": the reference allele of " + variant.contig + ":" +
                    std::to_string(variant.position + 1) + " is '" + shortened(variant.reference) +
                    "', but the genome has '" + shortened(found) + "' there; give the genome that was called against");
  }
  const std::uint64_t longer = std::max(variant.reference.size(), alternative.size());
  const std::uint64_t flanks = context > longer ? context - longer : 0;
  const std::uint64_t before = std::min(flanks / 2, variant.position);
  const std::uint64_t behind = std::min(flanks - flanks / 2, length - end);
  VariantWindows windows{variant, found, plain(alternative),
                         reader.bases(*contig, variant.position - before, variant.position),
                         reader.bases(*contig, end, end + behind)};
  windows.variant.alternatives = {alternative};
  return windows;
}

Scorable scorable(const VariantWindows& windows, const kmer::Vocabulary& vocabulary) {
  const auto k = static_cast<std::size_t>(vocabulary.k()), flanks = windows.left.size() + windows.right.size();
  if (flanks + std::min(windows.reference.size(), windows.alternative.size()) < k) return Scorable::too_short;
  const bool both =
      has_token(vocabulary, windows, windows.reference) && has_token(vocabulary, windows, windows.alternative);
  return both ? Scorable::yes : Scorable::ambiguous;
}

VariantScorer::VariantScorer(Model& model, Take take) : model_(model), take_(std::move(take)) {}

void VariantScorer::add(VariantWindows windows) {
  tokens_ += windows.reference_window().size() + windows.alternative_window().size();
  waiting_.push_back(std::move(windows));
  if (tokens_ >= static_cast<std::size_t>(model_.runtime.micro_batch_tokens)) finish();
}

void VariantScorer::finish() {
  if (waiting_.empty()) return;
  model_.classifies() ? score_classes() : score_likelihoods();
  waiting_.clear();
  tokens_ = 0;
}

void VariantScorer::score_classes() {
  std::vector<double> probabilities;
  train::SequenceScorer scorer(
      model_.classifier, nn::Average::pooled, model_.runtime,
      [&](std::span<const double> row) { probabilities.insert(probabilities.end(), row.begin(), row.end()); });
  for (const auto& windows : waiting_) {
    scorer.add(model_.vocabulary, windows.reference_window());
    scorer.add(model_.vocabulary, windows.alternative_window());
  }
  scorer.finish();
  auto at = probabilities.begin();
  for (const auto& windows : waiting_) {
    VariantEffect effect{windows, {at, at + model_.description.classes}, {}};
    at += model_.description.classes;
    effect.alternative.assign(at, at + model_.description.classes);
    at += model_.description.classes;
    check_finite(effect.reference, windows.variant.place);
    check_finite(effect.alternative, windows.variant.place);
    take_(effect);
  }
}

void VariantScorer::score_likelihoods() {
  corpus::RaggedBatch batch;
  std::vector<std::int64_t> tokens;  // masked ones of each window
  for (const auto& windows : waiting_) {
    for (const auto& [window, allele] : {std::pair(windows.reference_window(), windows.reference),
                                         std::pair(windows.alternative_window(), windows.alternative)}) {
      const auto masked = mask_allele(model_.vocabulary, window, windows.left.size(), allele.size());
      tokens.push_back(static_cast<std::int64_t>(masked.positions.size()));
      corpus::append_example(batch, masked);
    }
  }
  const auto values = log_probabilities(model_, batch);
  auto at = values.begin();
  const auto take_sum = [&](std::int64_t count) {
    const double sum = std::accumulate(at, at + count, 0.0);
    at += count;
    return sum;
  };
  for (std::size_t i = 0; i < waiting_.size(); ++i) {
    VariantEffect effect{waiting_[i], {}, {}};
    effect.reference_tokens = tokens[2 * i];
    effect.alternative_tokens = tokens[2 * i + 1];
    effect.reference_log_likelihood = take_sum(effect.reference_tokens);
    effect.alternative_log_likelihood = take_sum(effect.alternative_tokens);
    const std::array<double, 2> sums{effect.reference_log_likelihood, effect.alternative_log_likelihood};
    check_finite(sums, waiting_[i].variant.place);
    take_(effect);
  }
}

}  // namespace cmgems::infer
