// What was hidden from the model, over the steps of a run and on the whole.
#include <algorithm>
#include <cmath>

#include "line_chart.h"
#include "sections.h"

namespace cmgems::apps::report {
namespace {

/// A mean over events, each with its weight.
struct Mean {
  double sum = 0, weight = 0;
  void add(double value, double with) {
    if (!std::isfinite(value) || with <= 0) return;
    sum += value * with;
    weight += with;
  }
  double value() const { return weight > 0 ? sum / weight : kNone; }
};

/// What the masks of one masker came to over a run.
struct Sum {
  std::string masker;
  double tokens = 0, examples = 0;
  Mean masked, hidden, spans, pmi_spans, twice, masked_npmi, all_npmi;

  void add(const Masks& masks) {
    tokens += masks.tokens;
    examples += masks.examples;
    masked.add(masks.masked, masks.tokens);
    hidden.add(masks.hidden_bases, masks.tokens);
    spans.add(masks.spans, masks.examples);
    pmi_spans.add(masks.pmi_spans, masks.examples);
    twice.add(masks.twice, masks.tokens);
    masked_npmi.add(masks.masked_npmi, masks.tokens * masks.masked);
    all_npmi.add(masks.all_npmi, masks.tokens);
  }
};

std::vector<Sum> sums_of(const Metrics& metrics) {
  std::vector<Sum> sums;
  for (const auto& event : metrics.training) {
    for (const auto& masks : event.masks) {
      auto found = std::find_if(sums.begin(), sums.end(), [&](const auto& sum) { return sum.masker == masks.masker; });
      if (found == sums.end()) {
        sums.emplace_back();
        found = sums.end() - 1;
        found->masker = masks.masker;
      }
      found->add(masks);
    }
  }
  return sums;
}

Table mask_table(const std::vector<Pretraining>& runs) {
  Table table{"Masks of each masker",
              {"run", "masker", "windows", "tokens masked", "bases hidden", "spans a window", "PMI spans a window",
               "masked twice", "mean NPMI, masked", "mean NPMI, all"},
              {}};
  for (const auto& run : runs) {
    if (!run.metrics) continue;
    for (const auto& sum : sums_of(*run.metrics)) {
      table.rows.push_back({{run.record.name},
                            {sum.masker},
                            count_cell(sum.examples),
                            share_cell(sum.masked.value(), 2),
                            share_cell(sum.hidden.value(), 2),
                            number_cell(sum.spans.value(), 2),
                            number_cell(sum.pmi_spans.value(), 2),
                            share_cell(sum.twice.value(), 2),
                            number_cell(sum.masked_npmi.value(), 4),
                            number_cell(sum.all_npmi.value(), 4)});
    }
  }
  table.note = "Means over the training steps, each logged interval weighted by its tokens or windows.";
  return table;
}

/// One figure of all maskers of an event together, weighted by their tokens.
double of_event(const Training& event, double Masks::*figure) {
  Mean mean;
  for (const auto& masks : event.masks) mean.add(masks.*figure, masks.tokens);
  return mean.value();
}

Series series_of(const Pretraining& run, double Masks::*figure, const std::string& name, bool dashed = false) {
  Series series{name, {}, dashed};
  for (const auto& event : run.metrics->training) {
    series.points.push_back({static_cast<double>(event.step), of_event(event, figure)});
  }
  series.points = thinned(series.points);
  return series;
}

std::string range_words(const LineChart& chart) {
  std::string text = chart.title + " over training steps.";
  for (const auto& series : chart.series) {
    double low = kNone, high = kNone;
    for (const auto& point : series.points) {
      if (!std::isfinite(point.y)) continue;
      if (!(low <= point.y)) low = point.y;
      if (!(high >= point.y)) high = point.y;
    }
    const bool share = chart.format == Format::percent;
    const auto words = [&](double value) { return share ? share_cell(value, 2).text : number_cell(value, 4).text; };
    text += " " + series.name + ": " + words(low) + " to " + words(high) + ".";
  }
  return text;
}

void add_chart(Section& section, LineChart chart) {
  const bool any = std::any_of(chart.series.begin(), chart.series.end(), [](const auto& series) {
    return std::any_of(series.points.begin(), series.points.end(), [](const auto& p) { return std::isfinite(p.y); });
  });
  if (!any) return;
  chart.alternative = range_words(chart);
  section.blocks.emplace_back(
      figure(chart.title, chart.alternative, [&](double width) { return line_chart(chart, width); }));
}

void mark_switches(LineChart& chart, const std::vector<const Pretraining*>& runs) {
  for (std::size_t i = 0; i < runs.size(); ++i) {
    for (const auto& change : runs[i]->metrics->switches) {
      chart.marks.push_back({static_cast<double>(change.step), i, "switch to " + change.to, "switch"});
    }
  }
}

}  // namespace

std::optional<Section> masks_section(const Runs& runs) {
  std::vector<const Pretraining*> logged;
  for (const auto& run : runs.pretrainings) {
    if (run.metrics && !run.metrics->training.empty()) logged.push_back(&run);
  }
  if (logged.empty()) return std::nullopt;
  Section section{"masks", "Masks", {}};
  section.blocks.emplace_back(mask_table(runs.pretrainings));
  LineChart share{"Masked tokens", "step", "of all tokens", "", {}, {}, Format::percent};
  LineChart npmi{"Mean NPMI of the masked tokens", "step", "mean NPMI", "", {}, {}, Format::plain, false, 4};
  for (const auto* run : logged) {
    share.series.push_back(series_of(*run, &Masks::masked, run->record.name));
    npmi.series.push_back(series_of(*run, &Masks::masked_npmi, run->record.name));
  }
  if (logged.size() == 1) {
    npmi.title = "Mean NPMI of masked and of all tokens";
    npmi.series[0].name = "masked tokens";
    npmi.series.push_back(series_of(*logged[0], &Masks::all_npmi, "all tokens", true));
  }
  mark_switches(share, logged);
  mark_switches(npmi, logged);
  add_chart(section, std::move(share));
  add_chart(section, std::move(npmi));
  return section;
}

}  // namespace cmgems::apps::report
