#include "gue_report.h"

#include <algorithm>
#include <utility>

#include "json_values.h"
#include "published_table.h"
#include "result_table.h"
#include "scores_json.h"

namespace cmgems::apps {
namespace {

using nlohmann::ordered_json;
using tasks::HeadlineMetric;
using tasks::Species;

/// Kinds of the methods, in order; every set has the same.
std::vector<std::string> kinds_of(const GueResult& result) {
  std::vector<std::string> kinds;
  if (result.sets.empty()) return kinds;
  for (const auto& method : result.sets.front().methods) kinds.push_back(method.kind);
  return kinds;
}

const GueMethod& method_of(const GueSetResult& set, const std::string& kind) {
  return *std::find_if(set.methods.begin(), set.methods.end(), [&](const auto& each) { return each.kind == kind; });
}

std::string title_of(const std::string& kind) {
  if (kind == "model") return "fine-tuned";
  if (kind == "kmer") return "k-mers";
  return kind == "majority" ? "majority" : "random weights";
}

std::string score_text(const GueMethod& method, HeadlineMetric metric) {
  const auto values = headline_values(method, metric);
  const auto figures = metrics::mean_and_deviation(values);
  return decimals(figures.mean, 2) + (values.size() < 2 ? "" : " ± " + decimals(figures.deviation, 2));
}

/// The MCC of the tables of CM-GEMS: over the sets of a species group that are measured by it.
struct GroupMean {
  Species species;
  std::size_t of = 0;  // sets of the benchmark
  std::vector<const GueSetResult*> sets;

  double value(const std::string& kind) const {
    std::vector<double> means;
    for (const auto* set : sets) {
      means.push_back(metrics::mean_and_deviation(headline_values(method_of(*set, kind), HeadlineMetric::mcc)).mean);
    }
    return metrics::mean_and_deviation(means).mean;
  }
};

GroupMean group_mean(const GueResult& result, Species species) {
  GroupMean mean{species, 0, {}};
  const auto belongs = [&](const tasks::GueSet& set) {
    return set.species == species && set.metric == HeadlineMetric::mcc;
  };
  for (const auto& set : tasks::gue_sets()) mean.of += belongs(set) ? 1 : 0;
  for (const auto& set : result.sets) {
    if (belongs(*set.set)) mean.sets.push_back(&set);
  }
  return mean;
}

ordered_json options_json(const config::GueOptions& options) {
  return {{"pooling", options.pooling == config::Pooling::cls ? "cls" : "mean"},
          {"learning_rate", options.learning_rate},
          {"batch_size", options.batch_size}};
}

/// "mean pooling, batch 16": what is not the published protocol.
std::string options_text(const config::GueOptions& options) {
  const config::GueOptions published;
  std::string text;
  const auto add = [&](const std::string& words) { text += (text.empty() ? "" : ", ") + words; };
  if (options.pooling != published.pooling) add("mean pooling");
  if (options.learning_rate != published.learning_rate) add("learning rate " + significant(options.learning_rate));
  if (options.batch_size != published.batch_size) add("batch " + std::to_string(options.batch_size));
  return text;
}

void print_table(std::ostream& out, const GueResult& result) {
  const auto kinds = kinds_of(result);
  const bool several = result.seeds.size() > 1;
  const auto has_interval = [&](const std::string& kind) { return several && kind == "model"; };
  std::vector<std::string> titles{"set", "test rows", "metric"};
  for (const auto& kind : kinds) {
    titles.push_back(title_of(kind));
    if (has_interval(kind)) titles.emplace_back("95% interval");
  }
  ResultTable table(titles);
  for (const auto& set : result.sets) {
    std::vector<std::string> cells{set.set->path(), std::to_string(set.rows[2]),
                                   set.set->metric == HeadlineMetric::mcc ? "MCC" : "macro F1"};
    for (const auto& kind : kinds) {
      const auto& method = method_of(set, kind);
      cells.push_back(score_text(method, set.set->metric));
      if (has_interval(kind)) cells.push_back(interval_text(headline_values(method, set.set->metric), 2));
    }
    table.add(cells);
  }
  for (const auto species : {Species::human, Species::other}) {
    const auto mean = group_mean(result, species);
    if (mean.sets.empty()) continue;
    std::vector<std::string> cells{"mean of " + std::to_string(mean.sets.size()) + " of " + std::to_string(mean.of) +
                                       " " + std::string(tasks::species_word(species)) + " sets",
                                   "", "MCC"};
    for (const auto& kind : kinds) {
      cells.push_back(decimals(mean.value(kind), 2));
      if (has_interval(kind)) cells.emplace_back();
    }
    table.add(cells);
  }
  table.print(out);
}

ordered_json method_json(const GueMethod& method) {
  ordered_json json = {{"name", method.name}, {"kind", method.kind}};
  std::vector<metrics::ClassificationScores> scores;
  for (const auto& run : method.runs) scores.push_back(run.scores);
  json.update(summary_json(scores));
  json["runs"] = ordered_json::array();
  for (const auto& run : method.runs) json["runs"].push_back(to_json(run));
  return json;
}

ordered_json set_json(const GueSetResult& result) {
  const auto& set = *result.set;
  ordered_json json = {{"set", set.path()},
                       {"name", set.name},
                       {"group", set.group},
                       {"species", tasks::species_word(set.species)},
                       {"metric", tasks::metric_word(set.metric)},
                       {"classes", result.classes},
                       {"rows", {{"train", result.rows[0]}, {"dev", result.rows[1]}, {"test", result.rows[2]}}},
                       {"steps", result.steps},
                       {"max_tokens", set.max_tokens},
                       {"notes", result.notes}};
  json["methods"] = ordered_json::array();
  for (const auto& method : result.methods) json["methods"].push_back(method_json(method));
  return json;
}

ordered_json means_json(const GueResult& result) {
  ordered_json json = ordered_json::object();
  for (const auto species : {Species::human, Species::other}) {
    const auto mean = group_mean(result, species);
    ordered_json group = {{"sets", mean.sets.size()}, {"of", mean.of}, {"mcc", ordered_json::object()}};
    for (const auto& kind : kinds_of(result)) {
      group["mcc"][kind] = mean.sets.empty() ? ordered_json(nullptr) : or_null(mean.value(kind) / 100);
    }
    json[std::string(tasks::species_word(species))] = group;
  }
  return json;
}

/// Mean Matthews correlation of the model over seeds, of the sets that the paper has.
std::vector<tasks::SetScore> scores_of(const GueResult& result) {
  const auto known = tasks::published_gue_sets();
  std::vector<tasks::SetScore> scores;
  for (const auto& set : result.sets) {
    const auto name = std::find(known.begin(), known.end(), set.set->path());
    if (name == known.end() || set.methods.empty()) continue;  // a dry run has no scores
    const auto values = headline_values(set.methods.front(), HeadlineMetric::mcc);
    scores.push_back({*name, metrics::mean_and_deviation(values).mean / 100});
  }
  return scores;
}

}  // namespace

void print_gue_text(std::ostream& out, const GueResult& result) {
  out << "GUE, all scores times 100; " << (result.seeds.size() == 1 ? "seed" : "seeds");
  for (std::size_t i = 0; i < result.seeds.size(); ++i) out << (i == 0 ? " " : ", ") << result.seeds[i];
  out << "\n";
  if (const auto options = options_text(result.options); !options.empty())
    out << "not as published: " << options << "\n";
  out << "\n";
  print_table(out, result);
  bool first = true;
  for (const auto& set : result.sets) {
    for (const auto& note : set.notes) {
      out << (std::exchange(first, false) ? "\n" : "") << "- " << set.set->path() << ": " << note << "\n";
    }
  }
  if (!result.absent.empty()) out << "\nnot there:";
  for (std::size_t i = 0; i < result.absent.size(); ++i) out << (i == 0 ? " " : ", ") << result.absent[i];
  if (!result.absent.empty()) out << "\n";
  const auto scores = scores_of(result);
  if (published_gue_json(scores).is_null()) return;
  out << "\n";
  print_published_gue(out, scores);
}

std::string gue_json(const GueResult& result) {
  ordered_json json = {{"command", "eval-gue"},
                       {"run", result.run.string()},
                       {"model", result.model},
                       {"seeds", result.seeds},
                       {"options", options_json(result.options)},
                       {"sets", ordered_json::array()}};
  for (const auto& set : result.sets) json["sets"].push_back(set_json(set));
  json["absent"] = result.absent;
  json["means"] = means_json(result);
  json["published"] = published_gue_json(scores_of(result));
  return json.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace cmgems::apps
