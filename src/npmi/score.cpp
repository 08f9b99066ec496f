#include "cmgems/npmi/score.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "cmgems/kmer/vocabulary.h"

namespace cmgems::npmi {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// Which pieces a segmentation may have, and log p of a word with a given count and length.
struct Model {
  int longest_piece;
  std::array<double, kmer::kLongestCounted + 1> log_total{};
  std::vector<std::vector<double>> log_pieces{};  // log p of every n-mer, n = 1..longest_piece

  double log_probability(double count, int length) const {
    return std::log(count) - log_total[static_cast<std::size_t>(length)];
  }
  double log_piece(std::uint32_t index, int length) const {
    return log_pieces[static_cast<std::size_t>(length - 1)][index];
  }
};

Model model_of(const kmer::NmerCounts& counts, Definition definition) {
  Model model{definition == Definition::paper ? counts.k - 1 : std::min(2, counts.k - 1)};
  for (int n = 1; n <= counts.k; ++n) {
    const auto total = static_cast<double>(definition == Definition::paper ? counts.total(n) : 2 * counts.total(1));
    model.log_total[static_cast<std::size_t>(n)] = std::log(total);
  }
  for (int n = 1; n <= model.longest_piece; ++n) {
    auto& logs = model.log_pieces.emplace_back();
    for (const auto count : counts.counts[static_cast<std::size_t>(n - 1)]) {
      logs.push_back(model.log_probability(static_cast<double>(count), n));
    }
  }
  return model;
}

/// Index of the bases [begin, end) of a k-mer.
std::uint32_t piece_index(std::uint32_t kmer, int k, int begin, int end) {
  return kmer >> (2 * (k - end)) & ((std::uint32_t{1} << (2 * (end - begin))) - 1);
}

/// The largest sum of log p over all ways to cut the k-mer into allowed pieces. best[end] covers the first `end` bases.
double best_segmentation(int k, std::uint32_t kmer, const Model& model) {
  std::array<double, kmer::kLongestCounted + 1> best{};
  for (int end = 1; end <= k; ++end) {
    double here = -std::numeric_limits<double>::infinity();
    for (int begin = std::max(0, end - model.longest_piece); begin < end; ++begin) {
      const double piece = model.log_piece(piece_index(kmer, k, begin, end), end - begin);
      here = std::max(here, best[static_cast<std::size_t>(begin)] + piece);
    }
    best[static_cast<std::size_t>(end)] = here;
  }
  return best[static_cast<std::size_t>(k)];
}

/// log f / (log c + log f); 1 without a minimum count, also where that would be 0 / 0.
double discount(double count, std::int64_t min_count) {
  if (min_count <= 1) return 1;
  return std::log(count) / (std::log(static_cast<double>(min_count)) + std::log(count));
}

Score score_of(const kmer::NmerCounts& counts, std::uint32_t kmer, Definition definition, std::int64_t min_count,
               const Model& model) {
  const std::uint64_t count = counts.of(counts.k, kmer);
  const auto needed =
      definition == Definition::paper ? static_cast<std::uint64_t>(std::max<std::int64_t>(min_count, 1)) : 1;
  if (count < needed) return {kNan, kNan};
  const auto seen = static_cast<double>(count);
  const double best = best_segmentation(counts.k, kmer, model);
  if (std::isinf(best)) return {kNan, kNan};  // every segmentation has a piece that was never counted
  const double pmi = model.log_probability(seen, counts.k) - best;
  return {pmi, pmi * discount(seen, min_count)};
}

}  // namespace

const std::vector<std::pair<std::string_view, int>>& definition_words() {
  static const std::vector<std::pair<std::string_view, int>> words{
      {"paper", static_cast<int>(Definition::paper)},
      {"genemask-release", static_cast<int>(Definition::genemask_release)}};
  return words;
}

std::vector<Score> scores(const kmer::NmerCounts& counts, Definition definition, std::int64_t min_count) {
  const Model model = model_of(counts, definition);
  std::vector<Score> all;
  const auto kmers = static_cast<std::uint32_t>(counts.counts.back().size());
  all.reserve(kmers);
  for (std::uint32_t kmer = 0; kmer < kmers; ++kmer) {
    all.push_back(score_of(counts, kmer, definition, min_count, model));
  }
  return all;
}

}  // namespace cmgems::npmi
