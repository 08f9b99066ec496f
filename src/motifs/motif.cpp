#include "cmgems/motifs/motif.h"

#include <algorithm>
#include <numeric>

namespace cmgems::motifs {
namespace {

constexpr std::string_view kBases = "ATCG";
// IUPAC letter of a set of bases, bit i = base code i.
constexpr std::string_view kLetters = "-ATWCMYHGRKDSVBN";

char letter_of(const BaseProbabilities& column) {
  std::array<std::size_t, 4> order{};
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return column[a] > column[b]; });
  const double first = column[order[0]], second = column[order[1]];
  if (first > 0.5 && first > 2 * second) return kBases[order[0]];
  if (first + second > 0.75) return kLetters[(std::size_t{1} << order[0]) | (std::size_t{1} << order[1])];
  return 'N';
}

}  // namespace

std::string Motif::consensus() const {
  std::string letters;
  for (const auto& column : columns) letters += letter_of(column);
  return letters;
}

}  // namespace cmgems::motifs
