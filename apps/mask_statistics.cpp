#include "mask_statistics.h"

#include <cmath>
#include <functional>

#include "cmgems/base/log.h"
#include "result_table.h"

namespace cmgems::apps {
namespace {

using corpus::MaskStatistics;
using nlohmann::ordered_json;

double ratio(double part, std::uint64_t whole) { return whole > 0 ? part / static_cast<double>(whole) : std::nan(""); }

struct Figures {
  double masked, hidden, spans, pmi_spans, twice, masked_npmi, all_npmi;
};

Figures figures_of(const MaskStatistics& masks) {
  const auto share = [](std::uint64_t part, std::uint64_t whole) { return ratio(static_cast<double>(part), whole); };
  return {share(masks.masked, masks.tokens),
          share(masks.hidden_bases, masks.bases),
          share(masks.spans, masks.examples),
          share(masks.pmi_spans, masks.examples),
          share(masks.covered_twice, masks.tokens),
          ratio(masks.npmi_sum, masks.npmi_tokens),
          ratio(masks.all_npmi_sum, masks.all_npmi_tokens)};
}

struct Row {
  std::string title;
  std::function<std::string(const Figures&)> cell;
};

const std::vector<Row>& rows() {
  static const std::vector<Row> list{
      {"tokens masked", [](const Figures& f) { return percent(f.masked, 2); }},
      {"bases hidden", [](const Figures& f) { return percent(f.hidden, 2); }},
      {"spans a window", [](const Figures& f) { return decimals(f.spans, 2); }},
      {"PMI spans a window", [](const Figures& f) { return decimals(f.pmi_spans, 2); }},
      {"tokens masked twice", [](const Figures& f) { return percent(f.twice, 2); }},
      {"mean NPMI, masked tokens", [](const Figures& f) { return decimals(f.masked_npmi, 4); }},
      {"mean NPMI, all tokens", [](const Figures& f) { return decimals(f.all_npmi, 4); }}};
  return list;
}

}  // namespace

ordered_json mask_statistics_json(const MaskStatistics& masks) {
  const Figures figures = figures_of(masks);
  return {{"examples", masks.examples},          {"tokens", masks.tokens},
          {"masked_share", figures.masked},      {"hidden_base_share", figures.hidden},
          {"spans_per_example", figures.spans},  {"pmi_spans_per_example", figures.pmi_spans},
          {"masked_twice_share", figures.twice}, {"masked_npmi", figures.masked_npmi},
          {"all_npmi", figures.all_npmi}};
}

void print_mask_statistics(std::ostream& out, const std::vector<NamedStatistics>& strategies) {
  std::vector<std::string> titles{""};
  for (const auto& one : strategies) titles.push_back(one.strategy);
  ResultTable table(titles);
  for (const auto& row : rows()) {
    std::vector<std::string> cells{row.title};
    for (const auto& one : strategies) cells.push_back(row.cell(figures_of(one.masks)));
    table.add(cells);
  }
  table.print(out);
}

}  // namespace cmgems::apps
