#include "mask_drawing.h"

#include <algorithm>
#include <iomanip>

namespace cmgems::apps {
namespace {

constexpr std::size_t kBasesPerLine = 100;

}  // namespace

std::vector<bool> hidden_bases(const masking::MaskPlan& plan, int k, std::size_t bases) {
  std::vector<bool> masked(plan.tokens, false);
  for (const auto position : plan.positions) masked[position] = true;
  std::vector<bool> hidden(bases, plan.tokens > 0);
  for (std::size_t token = 0; token < masked.size(); ++token) {
    if (masked[token]) continue;
    for (std::size_t base = token; base < token + static_cast<std::size_t>(k); ++base) hidden[base] = false;
  }
  return hidden;
}

void draw_mask(std::ostream& out, const std::string& sequence, const masking::MaskPlan& plan, int k) {
  std::string tokens(sequence.size(), ' ');
  std::fill_n(tokens.begin(), plan.tokens, '.');
  for (const auto position : plan.positions) tokens[position] = '#';
  std::string bases(sequence.size(), '.');
  const auto hidden = hidden_bases(plan, k, sequence.size());
  for (std::size_t i = 0; i < bases.size(); ++i) {
    if (hidden[i]) bases[i] = 'x';
  }
  for (std::size_t begin = 0; begin < sequence.size(); begin += kBasesPerLine) {
    out << std::setw(8) << begin + 1 << "  " << sequence.substr(begin, kBasesPerLine) << "\n"
        << "  tokens  " << tokens.substr(begin, kBasesPerLine) << "\n"
        << "  hidden  " << bases.substr(begin, kBasesPerLine) << "\n\n";
  }
}

}  // namespace cmgems::apps
