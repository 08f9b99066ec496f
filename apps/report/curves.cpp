// What a pretraining measured over its steps: perplexity, loss, gradients, and what the guards saw.
#include <algorithm>
#include <cmath>
#include <map>

#include "cmgems/base/log.h"
#include "line_chart.h"
#include "result_table.h"
#include "sections.h"

namespace cmgems::apps::report {
namespace {

constexpr std::size_t kMostRows = 60;     // of a table of steps
constexpr std::size_t kMostRemarks = 12;  // of a run

std::string step_text(std::int64_t step) { return format_count(static_cast<unsigned long long>(step)); }

bool finite(const std::vector<Series>& series) {
  return std::any_of(series.begin(), series.end(), [](const auto& one) {
    return std::any_of(one.points.begin(), one.points.end(), [](const auto& p) { return std::isfinite(p.y); });
  });
}

/// Draws in both widths; the loss of a series of one, without a name beside it, is that of the only run.
Figure chart_figure(LineChart chart, std::string note = {}) {
  chart.logarithmic = spans_magnitudes(chart.series);
  return figure(
      chart.title, chart.alternative, [&](double width) { return line_chart(chart, width); }, std::move(note));
}

Mark mark_of(const Switch& change, std::size_t series) {
  const auto step = step_text(change.step);
  return {static_cast<double>(change.step), series, "switch to " + change.to + " after " + step,
          "switch, step " + step};
}

std::vector<Mark> switches_of(const std::vector<Pretraining>& runs) {
  std::vector<Mark> marks;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (!runs[i].metrics) continue;
    for (const auto& change : runs[i].metrics->switches) marks.push_back(mark_of(change, i));
  }
  return marks;
}

std::string perplexity_words(const std::vector<Pretraining>& runs) {
  std::string text;
  for (const auto& run : runs) {
    if (!run.metrics || run.metrics->measurements.empty()) continue;
    const auto &first = run.metrics->measurements.front(), &last = run.metrics->measurements.back();
    text += (text.empty() ? "" : " ") + run.record.name + ": from " + number_cell(first.perplexity, 2).text +
            " at step " + step_text(first.step) + " to " + number_cell(last.perplexity, 2).text + " at step " +
            step_text(last.step);
    for (const auto& change : run.metrics->switches) {
      text += ", switched from " + change.from + " to " + change.to + " after step " + step_text(change.step);
    }
    text += ".";
  }
  return text;
}

Table perplexity_table(const std::vector<Pretraining>& runs) {
  Table table{"Perplexity by step", {"step"}, {}};
  std::map<std::int64_t, std::vector<Cell>> rows;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    table.columns.push_back(runs[i].record.name);
    if (!runs[i].metrics) continue;
    for (const auto& now : runs[i].metrics->measurements) {
      auto& row = rows[now.step];
      row.resize(runs.size(), Cell{"–"});
      row[i] = number_cell(now.perplexity, 2);
    }
  }
  for (const auto& [step, cells] : rows) {
    std::vector<Cell> row{count_cell(static_cast<double>(step))};
    row.insert(row.end(), cells.begin(), cells.end());
    table.rows.push_back(row);
  }
  table.folded = true;
  return table;
}

bool one_masker(const std::vector<Pretraining>& runs) {
  std::string masker;
  for (const auto& run : runs) {
    if (!run.metrics) continue;
    for (const auto& now : run.metrics->measurements) {
      if (!masker.empty() && masker != now.masker) return false;
      masker = now.masker;
    }
  }
  return true;
}

/// Runs without their log, in a sentence each.
void add_missing(const Runs& runs, Section& section) {
  for (const auto& run : runs.pretrainings) {
    if (!run.metrics)
      section.blocks.emplace_back(Text{run.record.name + " has no metrics.jsonl: its curves are left out."});
  }
}

using Value = double Training::*;

std::vector<Series> series_of(const std::vector<Pretraining>& runs, Value value) {
  std::vector<Series> list;
  for (const auto& run : runs) {
    Series series{run.record.name, {}};
    if (run.metrics) {
      for (const auto& now : run.metrics->training)
        series.points.push_back({static_cast<double>(now.step), now.*value});
    }
    list.push_back(series);
  }
  return list;
}

std::string end_words(const std::vector<Series>& series) {
  std::string text;
  for (const auto& one : series) {
    if (one.points.empty()) continue;
    text += (text.empty() ? "" : " ") + one.name + ": " + significant(one.points.front().y) + " at step " +
            step_text(static_cast<std::int64_t>(one.points.front().x)) + ", " + significant(one.points.back().y) +
            " at step " + step_text(static_cast<std::int64_t>(one.points.back().x)) + ".";
  }
  return text;
}

void add_curve(Section& section, const std::string& title, const std::string& unit, std::vector<Series> series,
               std::vector<Mark> marks = {}) {
  if (!finite(series)) return;
  const std::string words = title + ". " + end_words(series);
  for (auto& one : series) one.points = thinned(one.points, one.peaks ? Thinning::maximum : Thinning::mean);
  LineChart chart{title, "step", unit, words, std::move(series), std::move(marks)};
  section.blocks.emplace_back(chart_figure(std::move(chart)));
}

Cell largest_gradient(const Metrics& metrics) {
  double largest = kNone;
  for (const auto& now : metrics.training) {
    const double one = std::isfinite(now.largest_gradient) ? now.largest_gradient : now.gradient;
    if (std::isfinite(one) && !(largest > one)) largest = one;
  }
  return number_cell(largest, 2);
}

/// What would make a reader doubt a run, counted.
Table guard_table(const std::vector<Pretraining>& runs) {
  Table table{
      "Guards",
      {"run", "steps skipped", "loss spikes", "largest gradient norm", "clipped at", "last loss", "saves that failed"},
      {}};
  for (const auto& run : runs) {
    if (!run.metrics) continue;
    const auto& metrics = *run.metrics;
    const auto skipped =
        metrics.done ? static_cast<double>(metrics.skipped_steps) : static_cast<double>(metrics.skipped.size());
    const double loss = metrics.training.empty() ? kNone : metrics.training.back().loss;
    const double clip = run.record.number("train.max_grad_norm");
    table.rows.push_back({{run.record.name},
                          count_cell(skipped),
                          count_cell(static_cast<double>(metrics.spikes.size())),
                          largest_gradient(metrics),
                          std::isfinite(clip) ? Cell{significant(clip), clip} : Cell{"–"},
                          number_cell(loss, 3),
                          count_cell(static_cast<double>(run.failed_saves))});
  }
  table.note = "Norms are taken before clipping.";
  return table;
}

void add_remarks(std::vector<std::string>& list, const std::string& run, const std::string& what,
                 const std::vector<Remark>& remarks) {
  for (std::size_t i = 0; i < remarks.size(); ++i) {
    if (i == kMostRemarks) {
      list.push_back(run + ": " + counted(remarks.size() - i, "more such event"));
      return;
    }
    list.push_back(run + ", step " + step_text(remarks[i].step) + ": " + what + remarks[i].text);
  }
}

Table steps_table(const Pretraining& run) {
  Table table{"Training by step", {"step", "loss", "learning rate", "gradient norm", "largest", "tokens"}, {}};
  const auto& training = run.metrics->training;
  const std::size_t every = (training.size() + kMostRows - 1) / kMostRows;
  for (std::size_t i = every - 1; i < training.size(); i += every) {
    const auto& now = training[i];
    table.rows.push_back({count_cell(static_cast<double>(now.step)),
                          number_cell(now.loss, 4),
                          {significant(now.learning_rate), now.learning_rate},
                          number_cell(now.gradient, 3),
                          number_cell(now.largest_gradient, 3),
                          count_cell(now.tokens)});
  }
  if (every > 1) table.note = "Every " + std::to_string(every) + "th line of the log.";
  table.folded = true;
  return table;
}

}  // namespace

std::optional<Section> perplexity_section(const Runs& runs) {
  if (runs.pretrainings.empty()) return std::nullopt;
  Section section{"perplexity", "Perplexity", {}};
  LineChart chart{"Validation perplexity", "step", "perplexity", "", {}, {}};
  for (const auto& run : runs.pretrainings) {
    Series series{run.record.name, {}};
    if (run.metrics) {
      for (const auto& now : run.metrics->measurements) {
        series.points.push_back({static_cast<double>(now.step), now.perplexity});
      }
    }
    chart.series.push_back(series);
  }
  chart.marks = switches_of(runs.pretrainings);
  chart.digits = 2;
  add_missing(runs, section);
  if (!finite(chart.series)) {
    section.blocks.emplace_back(Text{"No perplexity was measured yet."});
    return section;
  }
  chart.alternative = "Validation perplexity over training steps. " + perplexity_words(runs.pretrainings);
  section.blocks.emplace_back(chart_figure(
      chart, one_masker(runs.pretrainings)
                 ? ""
                 : "Each run is measured on the masks of its own first masker, which are not equally hard to guess: "
                   "compare the course of the curves, not their heights."));
  section.blocks.emplace_back(perplexity_table(runs.pretrainings));
  return section;
}

std::optional<Section> training_section(const Runs& runs) {
  const auto& list = runs.pretrainings;
  if (std::none_of(list.begin(), list.end(), [](const auto& run) { return run.metrics.has_value(); }))
    return std::nullopt;
  Section section{"training", "Loss, gradients and guards", {}};
  section.blocks.emplace_back(guard_table(list));
  std::vector<std::string> remarks;
  for (const auto& run : list) {
    if (!run.metrics) continue;
    add_remarks(remarks, run.record.name, "skipped, ", run.metrics->skipped);
    add_remarks(remarks, run.record.name, "spike, ", run.metrics->spikes);
    add_remarks(remarks, run.record.name, "", run.events);
  }
  if (!remarks.empty()) section.blocks.emplace_back(List{remarks});
  add_curve(section, "Training loss", "loss, nats a masked token", series_of(list, &Training::loss), switches_of(list));
  auto gradients = series_of(list, &Training::gradient);
  if (list.size() == 1) {
    gradients[0].name = "mean";
    gradients.push_back({"largest", series_of(list, &Training::largest_gradient)[0].points, true, true});
  }
  add_curve(section, "Gradient norm", "norm before clipping", std::move(gradients));
  if (list.size() == 1 && !list[0].metrics->training.empty()) section.blocks.emplace_back(steps_table(list[0]));
  return section;
}

}  // namespace cmgems::apps::report
