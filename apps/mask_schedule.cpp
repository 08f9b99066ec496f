#include "mask_schedule.h"

#include <CLI/CLI.hpp>
#include <cmath>
#include <iostream>
#include <nlohmann/json.hpp>

#include "cmgems/base/error.h"
#include "cmgems/curriculum/replay.h"
#include "result_table.h"

namespace cmgems::apps {
namespace {

using curriculum::Pace;
using curriculum::ReplayStep;
using curriculum::Schedule;
using nlohmann::ordered_json;

struct Replayed {
  const config::Config& config;
  const ScheduleFlags& flags;
  Schedule schedule;
  curriculum::Trace trace;
  std::vector<ReplayStep> steps;
};

/// Whether measurements, and not only steps, move the schedule.
bool by_rule(const Replayed& replayed) {
  return replayed.schedule.has_trigger() && !replayed.config.curriculum.switch_at_step;
}

std::string rule_text(const Replayed& replayed) {
  const auto& options = replayed.config.curriculum;
  const auto& maskers = replayed.schedule.maskers();
  if (maskers.size() == 1) return "one masker, " + maskers[0] + ": nothing to switch";
  const std::string both = maskers[0] + " to " + maskers[1];
  if (!replayed.schedule.has_trigger()) {
    return both + ", drawn with a probability that grows in " + std::to_string(options.blocks) + " blocks over " +
           std::to_string(replayed.schedule.max_steps()) + " steps";
  }
  if (options.switch_at_step) return both + " after step " + std::to_string(*options.switch_at_step);
  const bool signed_rule = options.rule == curriculum::Rule::signed_drop;
  return both + (signed_rule ? " when the drop" : " when the smallest change so far") + " is below " +
         (options.relative ? percent(options.threshold, 2) + " of the perplexity before"
                           : decimals(options.threshold, 3)) +
         (options.patience > 1 ? " " + std::to_string(options.patience) + " times in a row" : "") +
         (options.min_steps > 0 ? ", from step " + std::to_string(options.min_steps) + " on" : "");
}

std::string next_masker(const Replayed& replayed, const ReplayStep& step) {
  const auto& maskers = replayed.schedule.maskers();
  if (step.second_probability == 0) return maskers[0];
  return step.second_probability == 1 ? maskers[1] : percent(step.second_probability, 0) + " " + maskers[1];
}

ordered_json or_null(const std::optional<std::int64_t>& step) { return step ? ordered_json(*step) : nullptr; }

void print_json(const Replayed& replayed) {
  ordered_json json = {{"command", "mask"},
                       {"schedule", replayed.flags.config},
                       {"trace", replayed.flags.trace},
                       {"strategy", replayed.config.masking.strategy},
                       {"maskers", replayed.schedule.maskers()},
                       {"switch_step", or_null(replayed.steps.back().state.switch_step)},
                       {"recorded_switch_step", or_null(replayed.trace.switch_step)},
                       {"steps", ordered_json::array()}};
  for (const auto& step : replayed.steps) {
    json["steps"].push_back({{"step", step.measurement.step},
                             {"perplexity", step.measurement.perplexity},
                             {"drop", step.drop ? ordered_json(*step.drop) : nullptr},
                             {"stalled", step.state.stalled},
                             {"switches", step.switches},
                             {"second_share_before", step.second_share},
                             {"second_probability_next", step.second_probability}});
  }
  json["state"] = ordered_json::parse(curriculum::to_json(replayed.steps.back().state));
  std::cout << json.dump(2) << "\n";
}

void print_text(const Replayed& replayed) {
  ResultTable table({"step", "perplexity", "drop", "drop %", "stalled", "masks from here on"});
  for (const auto& step : replayed.steps) {
    const double drop = step.drop.value_or(std::nan(""));
    table.add({std::to_string(step.measurement.step), decimals(step.measurement.perplexity, 2), decimals(drop, 2),
               step.drop ? decimals(100 * drop / (step.measurement.perplexity + drop), 2) : "-",
               by_rule(replayed) ? std::to_string(step.state.stalled) : "-",
               next_masker(replayed, step) + (step.switches ? " (switch)" : "")});
  }
  std::cout << replayed.config.masking.strategy << ": " << rule_text(replayed) << "\n\n";
  table.print(std::cout);
  if (!replayed.schedule.has_trigger()) return;
  const auto at = replayed.steps.back().state.switch_step;
  std::cout << "\nswitch              " << (at ? "after step " + std::to_string(*at) : "never on this curve") << "\n";
  if (replayed.trace.switch_step) {
    std::cout << "recorded run        switched after step " << *replayed.trace.switch_step
              << ": what follows was trained with its second masker\n";
  }
}

}  // namespace

void add_schedule_flags(CLI::App& command, ScheduleFlags& flags) {
  auto* schedule =
      command.add_option("--schedule", flags.config,
                         "configuration whose curriculum is replayed: a JSON file or the name of a shipped one");
  command.add_option(
      "--trace", flags.trace,
      "recorded perplexity curve: metrics.jsonl of a run, or a table with the columns step and perplexity");
  for (const char* ignored : {"--strategy", "--config", "--npmi", "-k", "--seed", "--stats", "--windows", "input"}) {
    schedule->excludes(command.get_option(ignored));
  }
}

void run_schedule(const ScheduleFlags& flags, const std::vector<std::string>& assignments, bool json) {
  if (flags.config.empty() || flags.trace.empty()) {
    throw UsageError(
        "--schedule and --trace go together: a configuration and a recorded curve, for example --schedule "
        "logo-small.json --trace runs/mine/metrics.jsonl");
  }
  config::Config config;
  config::apply_file(config, flags.config);
  config::apply_assignments(config, assignments);
  config::validate(config);
  const auto schedule = config::schedule_of(config);
  auto trace = curriculum::read_trace(flags.trace, schedule.max_steps());
  auto steps = curriculum::replay(schedule, trace.curve);
  const Replayed replayed{config, flags, schedule, std::move(trace), std::move(steps)};
  json ? print_json(replayed) : print_text(replayed);
}

}  // namespace cmgems::apps
