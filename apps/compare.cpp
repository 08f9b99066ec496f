// cmgems compare: results of finetune and eval-gue beside each other and beside published ones, with tests.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <memory>
#include <set>

#include "cmgems/base/error.h"
#include "cmgems/metrics/classification.h"
#include "command.h"
#include "comparison.h"
#include "comparison_report.h"
#include "published_table.h"

namespace cmgems::apps {
namespace {

using nlohmann::ordered_json;

constexpr const char* kExample =
    "Example, the first one is what the others are compared with:\n"
    "  cmgems compare runs/random-prom-core runs/cm-gems-prom-core\n"
    "One result beside its own baselines and the papers' numbers:\n"
    "  cmgems compare runs/gue --baselines --published";

struct Options {
  OutputFlags output;
  std::vector<std::string> results;
  std::string metric, interval = "t";
  bool baselines = false, published = false;
};

double mean_score(const ScoredTask& task, const std::string& word) {
  return metrics::mean_and_deviation(values_of(task.methods.front().runs, word)).mean;
}

struct OwnScores {
  std::vector<FewShotScore> few_shot;
  std::vector<tasks::SetScore> gue;
};

/// REQUIRES: `results` outlives the scores.
OwnScores own_scores(const ScoredResults& results) {
  OwnScores scores;
  for (const auto& task : results.tasks) {
    if (task.gue) {
      scores.gue.push_back({task.name, mean_score(task, "mcc")});
    } else {
      scores.few_shot.push_back({task.task, task.shots, mean_score(task, "accuracy")});
    }
  }
  return scores;
}

std::vector<Contestant> contestants_of(const std::vector<ScoredResults>& all, const Options& options) {
  std::vector<Contestant> list;
  for (const auto& results : all) list.push_back(model_of(results));
  if (!options.baselines) return list;
  for (auto& baseline : baselines_of(all.front())) list.push_back(std::move(baseline));
  return list;
}

/// runs/a, runs/a/ and runs/a/results.json are one.
void refuse_twice(const std::vector<std::string>& names) {
  std::set<std::filesystem::path> seen;
  for (const auto& name : names) {
    auto path = std::filesystem::weakly_canonical(name);
    if (path.filename().empty() || path.filename() == "results.json") path = path.parent_path();
    if (!seen.insert(path).second) throw UsageError("compare: " + name + " is named twice");
  }
}

std::vector<ScoredResults> read_all(const Options& options) {
  refuse_twice(options.results);
  if (options.results.size() < 2 && !options.baselines && !options.published) {
    throw UsageError("compare needs two results, or one with --baselines or --published");
  }
  std::vector<ScoredResults> all;
  for (const auto& name : options.results) all.push_back(read_scored_results(name));
  return all;
}

void print_published(const ScoredResults& results) {
  const auto own = own_scores(results);
  const bool any = !published_few_shot_json(own.few_shot).is_null() || !published_gue_json(own.gue).is_null();
  std::cout << results.name << (any ? ":\n\n" : ": the paper has none of its tasks\n");
  print_published_few_shot(std::cout, own.few_shot);
  print_published_gue(std::cout, own.gue);
}

ordered_json published_json(const ScoredResults& results) {
  const auto own = own_scores(results);
  return {{"name", results.name},
          {"few_shot", published_few_shot_json(own.few_shot)},
          {"gue", published_gue_json(own.gue)}};
}

void print_text(const std::vector<ScoredResults>& all, const Options& options, const ComparisonOptions& how,
                const std::optional<Comparison>& comparison) {
  for (const auto& results : all) std::cout << results.name << ": model " << results.model << "\n";
  if (comparison) {
    std::cout << "\n";
    print_comparison(std::cout, *comparison, how);
  }
  for (std::size_t i = 0; options.published && i < all.size(); ++i) {
    std::cout << "\n";
    print_published(all[i]);
  }
}

void print_json(const std::vector<ScoredResults>& all, const Options& options,
                const std::optional<Comparison>& comparison) {
  ordered_json json = {{"command", "compare"}, {"results", ordered_json::array()}};
  for (const auto& results : all) json["results"].push_back({{"name", results.name}, {"model", results.model}});
  if (comparison) {
    json["reference"] = all.front().name;
    json["interval"] = options.interval;
    json["confidence"] = 0.95;
    json.update(comparison_json(*comparison));
  }
  if (options.published) {
    json["published"] = ordered_json::array();
    for (const auto& results : all) json["published"].push_back(published_json(results));
  }
  std::cout << json.dump(2, ' ', false, ordered_json::error_handler_t::replace) << "\n";
}

void run(const Options& options) {
  start_logging(options.output);
  const auto all = read_all(options);
  const ComparisonOptions how{options.metric, options.interval == "t" ? IntervalKind::t : IntervalKind::bootstrap};
  std::optional<Comparison> comparison;
  if (const auto contestants = contestants_of(all, options); contestants.size() > 1) {
    comparison = compare(contestants, how);
  } else if (!options.published) {
    throw DataError(all.front().name + " has no baselines to compare its model with");
  }
  options.output.json ? print_json(all, options, comparison) : print_text(all, options, how, comparison);
}

}  // namespace

void add_compare(CLI::App& app, Session& session) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("compare", "Paired tests between results of finetune or eval-gue");
  command
      ->add_option("results", options->results,
                   "run folders or results.json of finetune or eval-gue; the first one is the reference")
      ->required();
  command->add_option("--metric", options->metric, "score (default: accuracy; in GUE each set's own, mcc or f1)")
      ->check(CLI::IsMember(score_words()));
  command->add_option("--interval", options->interval, "95% interval by Student's t or by the percentile bootstrap")
      ->capture_default_str()
      ->check(CLI::IsMember({"t", "bootstrap"}));
  command->add_flag("--baselines", options->baselines, "compare the first result's baselines with its model, too");
  command->add_flag("--published", options->published, "put the CM-GEMS paper's numbers beside each result");
  add_output_flags(*command, options->output);
  command->footer(kExample);
  command->callback([options, &session] { session.run = [options] { run(*options); }; });
}

}  // namespace cmgems::apps
