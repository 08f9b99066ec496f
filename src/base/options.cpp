#include "cmgems/base/options.h"

#include <algorithm>
#include <numeric>

#include "cmgems/base/error.h"

namespace cmgems {
namespace {

/// Levenshtein 1966: insertions, deletions and replacements, one each.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replace = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replace, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

}  // namespace

void OptionVisitor::name(std::string_view key, std::string& value, const std::vector<std::string_view>& known) {
  Words words;
  for (std::size_t i = 0; i < known.size(); ++i) words.emplace_back(known[i], static_cast<int>(i));
  auto number = static_cast<int>(std::find(known.begin(), known.end(), value) - known.begin());
  word(key, number, words);
  value = word_of(number, words);
}

std::string_view word_of(int value, const Words& words) {
  for (const auto& [word, number] : words) {
    if (number == value) return word;
  }
  throw InternalError("value " + std::to_string(value) + " has no word");
}

std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates) {
  std::string_view best;
  std::size_t best_distance = std::max<std::size_t>(2, word.size() / 3) + 1;
  for (const auto candidate : candidates) {
    const auto insertions = std::max(word.size(), candidate.size()) - std::min(word.size(), candidate.size());
    if (insertions >= best_distance) continue;  // a megabyte is no misspelt word
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

}  // namespace cmgems
