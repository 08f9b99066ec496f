// What was run, and the figures at a glance.
#include <algorithm>
#include <cmath>
#include <functional>

#include "cmgems/base/log.h"
#include "published.h"
#include "result_table.h"
#include "scores.h"
#include "sections.h"
#include "statistics.h"

namespace cmgems::apps::report {
namespace {

constexpr std::size_t kMostHeadlines = 6;

std::string state_of(const Record& record) {
  if (record.finished) return "finished";
  return record.in_use ? "unfinished, at work" : "unfinished";
}

Cell setting_cell(const Record& record, const std::string& key) {
  const auto value = record.setting(key);
  if (value.empty()) return {"–"};
  const double number = record.number(key);
  if (std::isfinite(number)) return {value, number};
  return {value};
}

/// builtin:synthetic, or the names of the files.
Cell genome_cell(const Record& record) {
  std::string text;
  for (const char c : record.setting("inputs.genome"))
    text += std::string("[]\"").find(c) == std::string::npos ? c : ' ';
  const auto first = text.find_first_not_of(' ');
  if (first == std::string::npos) return {"–"};
  return {text.substr(first, text.find_last_not_of(' ') - first + 1)};
}

Cell shape_cell(const Record& record) {
  if (record.setting("model.hidden_size").empty()) return setting_cell(record, "model.preset");
  return {record.setting("model.num_hidden_layers") + " layers of " + record.setting("model.hidden_size") + ", " +
          record.setting("model.num_attention_heads") + " heads"};
}

Cell steps_cell(const Pretraining& run) {
  const auto planned = run.record.number("train.max_steps");
  if (!run.metrics) return count_cell(planned);
  std::int64_t last = 0;
  if (!run.metrics->training.empty()) last = run.metrics->training.back().step;
  if (!run.metrics->measurements.empty()) last = std::max(last, run.metrics->measurements.back().step);
  const auto done = static_cast<double>(last);
  if (run.metrics->done || !std::isfinite(planned)) return count_cell(done);
  return {count_cell(done).text + " of " + count_cell(planned).text, done};
}

Cell switch_cell(const Pretraining& run) {
  if (!run.metrics) return {"–"};
  if (run.metrics->switches.empty()) return {"none"};
  const auto& change = run.metrics->switches.front();
  return {"after step " + count_cell(static_cast<double>(change.step)).text + ", " + change.from + " to " + change.to,
          static_cast<double>(change.step)};
}

Cell perplexity_cell(const Pretraining& run) {
  if (!run.metrics || run.metrics->measurements.empty()) return {"–"};
  const auto& last = run.metrics->measurements.back();
  const auto cell = number_cell(last.perplexity, 2);
  return {cell.text + ", on masks of " + last.masker, cell.number};
}

Cell device_cell(const Record& record) {
  return {record.device + (record.bf16 ? ", bf16" : "") + ", " +
          counted(static_cast<std::size_t>(record.threads), "thread")};
}

Cell time_cell(const Record& record, const std::string& phase) {
  const auto found = record.seconds.find(phase);
  if (found == record.seconds.end()) return {"–"};
  return {format_duration(found->second), found->second};
}

using Fact = std::pair<const char*, std::function<Cell(const Pretraining&)>>;

const std::vector<Fact>& facts() {
  const auto setting = [](const char* key) {
    return [key](const Pretraining& run) { return setting_cell(run.record, key); };
  };
  static const std::vector<Fact> list{
      {"state", [](const auto& run) { return Cell{state_of(run.record)}; }},
      {"genome", [](const auto& run) { return genome_cell(run.record); }},
      {"masking strategy", setting("masking.strategy")},
      {"variant", setting("variant")},
      {"model", [](const auto& run) { return shape_cell(run.record); }},
      {"parameters",
       [](const auto& run) {
         return count_cell(run.record.parameters > 0 ? static_cast<double>(run.record.parameters) : kNone);
       }},
      {"k", setting("data.k")},
      {"steps", steps_cell},
      {"windows a step", setting("train.windows_per_step")},
      {"learning rate", setting("train.learning_rate")},
      {"switch", switch_cell},
      {"last perplexity", perplexity_cell},
      {"tokens", [](const auto& run) { return count_cell(run.metrics ? run.metrics->tokens : kNone); }},
      {"device", [](const auto& run) { return device_cell(run.record); }},
      {"training time", [](const auto& run) { return time_cell(run.record, "training"); }},
      {"tokens a second", [](const auto& run) { return count_cell(run.tokens_per_second); }},
      {"seed",
       [](const auto& run) { return Cell{std::to_string(run.record.seed), static_cast<double>(run.record.seed)}; }},
  };
  return list;
}

Table pretraining_table(const std::vector<Pretraining>& runs) {
  Table table{counted(runs.size(), "pretraining"), {""}, {}};
  for (const auto& run : runs) table.columns.push_back(run.record.name);
  for (const auto& [title, cell] : facts()) {
    std::vector<Cell> row{{title}};
    for (const auto& run : runs) row.push_back(cell(run));
    table.rows.push_back(row);
  }
  return table;
}

std::string seeds_text(const Evaluation& evaluation) {
  std::vector<std::int64_t> seeds;
  for (const auto& run : evaluation.methods.front().runs) {
    if (run.seed) seeds.push_back(*run.seed);
  }
  if (seeds.empty()) return "–";
  bool in_a_row = seeds.size() > 1;
  for (std::size_t i = 1; i < seeds.size(); ++i) in_a_row = in_a_row && seeds[i] == seeds[i - 1] + 1;
  if (in_a_row) return std::to_string(seeds.front()) + " to " + std::to_string(seeds.back());
  std::string text;
  for (const auto seed : seeds) text += (text.empty() ? "" : ", ") + std::to_string(seed);
  return text;
}

std::string plan_text(const Evaluation& evaluation) {
  std::string text;
  for (const auto& [title, value] : evaluation.plan) text += (text.empty() ? "" : ", ") + title + " " + value;
  return text;
}

void add_rows(Table& table, const Runs& all, const std::vector<Evaluated>& runs) {
  for (const auto& run : runs) {
    if (run.evaluations.empty()) {
      std::vector<Cell> row(table.columns.size(), Cell{"–"});
      row[0] = {run.record.name};
      row.back() = {state_of(run.record)};
      table.rows.push_back(row);
    }
    for (const auto& one : run.evaluations) {
      table.rows.push_back({{run.record.name},
                            {one.task},
                            one.shots ? count_cell(static_cast<double>(*one.shots)) : Cell{"all"},
                            count_cell(static_cast<double>(one.classes)),
                            count_cell(static_cast<double>(one.training_rows)),
                            count_cell(static_cast<double>(one.test_rows)),
                            {plan_text(one)},
                            {seeds_text(one)},
                            {method_name(all, one, one.methods.front())},
                            {state_of(run.record)}});
    }
  }
}

Table evaluation_table(const Runs& runs) {
  Table table{"Evaluations",
              {"run", "task", "shots a class", "classes", "training rows", "test rows", "fine-tuning", "seeds", "model",
               "state"},
              {}};
  add_rows(table, runs, runs.few_shot);
  add_rows(table, runs, runs.gue);
  table.title = counted(table.rows.size(), "evaluation");
  table.folded = table.rows.size() > 12;
  return table;
}

const Method* model_of(const Evaluation& evaluation) {
  const Method* last = nullptr;
  for (const auto& method : evaluation.methods) {
    if (method.kind == Kind::model) last = &method;
  }
  return last;
}

double accuracy_of(const Contender& one) { return summary_of(one.method->values("accuracy")).mean; }

/// nullptr when no model was scored.
const Contender* best_of(const Contest& contest) {
  const Contender* best = nullptr;
  for (const auto& one : contest.contenders) {
    if (one.method->kind != Kind::model) continue;
    if (best == nullptr || accuracy_of(one) > accuracy_of(*best)) best = &one;
  }
  return best;
}

/// The best model of each task in turn, beside the baseline that costs nothing.
void add_few_shot(const Runs& runs, std::vector<Headline>& list) {
  for (const auto& contest : contests_of(runs, runs.few_shot)) {
    const auto* best = best_of(contest);
    if (best == nullptr) continue;
    const auto summary = summary_of(best->method->values("accuracy"));
    std::string detail = best->name;
    if (std::isfinite(summary.deviation)) {
      detail = "± " + decimals(summary.deviation, 3) + " over " + counted(summary.runs, "run") + "; " + detail;
    }
    if (best->baseline != nullptr) {
      detail += "; k-mers " + mean_text(summary_of(best->baseline->values("accuracy")));
    }
    list.push_back({contest.title + ", accuracy", number_cell(summary.mean, 3).text, detail});
  }
}

/// The last model's Matthews correlations on the sets of a species.
std::vector<tasks::SetScore> scores_of(const Evaluated& run, tasks::Species species) {
  std::vector<tasks::SetScore> scores;
  for (const auto& one : run.evaluations) {
    const auto* model = model_of(one);
    if (model == nullptr || species_of(one) != species) continue;
    scores.push_back({one.task, summary_of(model->values("mcc")).mean});
  }
  return scores;
}

/// Means by species, as the papers have them.
void add_gue(const Runs& runs, std::vector<Headline>& list) {
  for (const auto& run : runs.gue) {
    for (const auto species : {tasks::Species::human, tasks::Species::other}) {
      const auto scores = scores_of(run, species);
      if (scores.empty()) continue;
      double sum = 0;
      for (const auto& score : scores) sum += score.value;
      const std::string word(tasks::species_word(species));
      std::string detail = run.record.name + ", " + counted(scores.size(), "set");
      for (const auto& share : tasks::share_of_best(scores)) detail += "; " + share_text(share);
      list.push_back(
          {"GUE, mean MCC, " + word + " sets", decimals(sum / static_cast<double>(scores.size()), 3), detail});
    }
  }
}

}  // namespace

std::vector<Headline> headlines_of(const Runs& runs) {
  std::vector<Headline> list;
  for (const auto& run : runs.pretrainings) {
    if (!run.metrics || run.metrics->measurements.empty()) continue;
    const auto& last = run.metrics->measurements.back();
    std::string detail = "after " + format_count(static_cast<unsigned long long>(last.step)) + " steps";
    if (!run.metrics->switches.empty()) {
      const auto step = static_cast<unsigned long long>(run.metrics->switches.front().step);
      detail += ", switched after " + format_count(step);
    }
    list.push_back({"Perplexity, " + run.record.name, number_cell(last.perplexity, 2).text, detail});
  }
  if (list.size() > 3) list.clear();
  add_gue(runs, list);
  add_few_shot(runs, list);
  if (list.size() > kMostHeadlines) list.resize(kMostHeadlines);
  return list;
}

Section overview_section(const Runs& runs) {
  Section section{"runs", "What was run", {}};
  if (!runs.pretrainings.empty()) section.blocks.emplace_back(pretraining_table(runs.pretrainings));
  if (!runs.few_shot.empty() || !runs.gue.empty()) section.blocks.emplace_back(evaluation_table(runs));
  return section;
}

}  // namespace cmgems::apps::report
