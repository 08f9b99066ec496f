#include "mask_drawing.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iomanip>
#include <string_view>

#include "cmgems/corpus/mask_statistics.h"

namespace cmgems::apps {
namespace {

constexpr std::size_t kBasesPerLine = 100;
constexpr int kTitleColumns = 10;
constexpr std::array<std::string_view, 8> kBars{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
// of xterm's 256 colours: from blue for k-mers that avoid each other to red for those that belong together
constexpr std::array<int, 8> kBarColours{27, 33, 39, 44, 150, 184, 208, 196};
constexpr std::string_view kReset = "\033[0m";

std::string coloured(std::string_view text, int colour, bool on) {
  if (!on) return std::string(text);
  return "\033[38;5;" + std::to_string(colour) + "m" + std::string(text) + std::string(kReset);
}

/// Eighth of the table's scored k-mers that a token is in, 7 the best; -1 without a score.
int eighth_of(const npmi::Table& table, std::size_t scored, kmer::TokenId token) {
  if (!table.has_score(token)) return -1;
  const auto rank = static_cast<std::size_t>(table.rank_of(token));
  return 7 - static_cast<int>(8 * rank / scored);
}

/// One piece of text a column, so that colours and bars of several bytes can be cut by column.
using Line = std::vector<std::string>;

Line bars(const Drawing& drawing) {
  Line line(drawing.sequence.size(), " ");
  const std::size_t scored = drawing.table->scored();
  for (std::size_t i = 0; i < drawing.tokens.size(); ++i) {
    const int eighth = eighth_of(*drawing.table, scored, drawing.tokens[i]);
    const auto place = static_cast<std::size_t>(std::max(eighth, 0));
    line[i] = eighth < 0 ? "-" : coloured(kBars[place], kBarColours[place], drawing.colour);
  }
  return line;
}

int colour_of(char letter) {
  switch (letter) {
    case 'n':
      return 39;
    case 'P':
      return 201;
    case 'B':
      return 226;
    case 'x':
      return 196;
    default:
      return 244;
  }
}

Line letters(const std::string& text, bool colour) {
  Line line;
  line.reserve(text.size());
  for (const char letter : text)
    line.push_back(letter == ' ' ? " " : coloured({&letter, 1}, colour_of(letter), colour));
  return line;
}

std::string hidden_letters(const masking::MaskPlan& plan, int k, std::size_t bases) {
  std::string text(bases, '.');
  for (const auto& run : corpus::hidden_bases(plan, k)) {
    std::fill(text.begin() + run.first, text.begin() + run.last + 1, 'x');
  }
  return text;
}

struct TitledLine {
  std::string title;
  Line columns;
};

void print(std::ostream& out, const TitledLine& line, std::size_t begin, std::size_t end) {
  while (end > begin && line.columns[end - 1] == " ") --end;
  out << std::setw(kTitleColumns) << line.title << "  ";
  for (std::size_t i = begin; i < end; ++i) out << line.columns[i];
  out << "\n";
}

}  // namespace

std::string rule_letters(const masking::MaskPlan& plan) {
  std::string text(plan.tokens, '.');
  for (const auto& placed : plan.spans) {
    const char own = placed.is_pmi ? 'P' : 'n';
    for (std::uint32_t i = placed.span.first; i <= placed.span.last; ++i) {
      text[i] = text[i] == '.' || text[i] == own ? own : 'B';
    }
  }
  return text;
}

void draw_masks(std::ostream& out, const Drawing& drawing, const std::vector<NamedPlan>& plans) {
  const std::size_t bases = drawing.sequence.size();
  std::vector<TitledLine> lines;
  if (drawing.table != nullptr) lines.push_back({"NPMI", bars(drawing)});
  for (const auto& [strategy, plan] : plans) {
    std::string rules = rule_letters(plan);
    rules.resize(bases, ' ');
    lines.push_back({strategy, letters(rules, drawing.colour)});
    lines.push_back({"hidden", letters(hidden_letters(plan, drawing.k, bases), drawing.colour)});
  }
  for (std::size_t begin = 0; begin < bases; begin += kBasesPerLine) {
    const std::size_t end = std::min(bases, begin + kBasesPerLine);
    out << std::setw(kTitleColumns) << begin + 1 << "  " << drawing.sequence.substr(begin, kBasesPerLine) << "\n";
    for (const auto& line : lines) print(out, line, begin, end);
    out << "\n";
  }
}

void draw_legend(std::ostream& out, const Drawing& drawing) {
  out << "under the first base of a token: n masked by a single-nucleotide span, P by a PMI span, B by both\n"
      << "hidden: x under a base that no unmasked token shows\n";
  if (drawing.table == nullptr) return;
  out << "NPMI: " << kBars.front() << " the token is in the lowest eighth of the table's k-mers, " << kBars.back()
      << " in the best eighth, - it has no score\n";
}

bool wants_colour() {
  const auto set = [](const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr && *value != '\0';
  };
  const char* terminal = std::getenv("TERM");
  const bool dumb = terminal == nullptr || std::string_view(terminal) == "dumb";
  return ::isatty(STDOUT_FILENO) == 1 && !set("NO_COLOR") && !dumb;
}

}  // namespace cmgems::apps
