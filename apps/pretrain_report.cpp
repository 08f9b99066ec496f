#include "pretrain_report.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "json_values.h"
#include "mask_statistics.h"
#include "result_table.h"

namespace cmgems::apps {
namespace {

using nlohmann::ordered_json;

constexpr double kPublishedThreshold = 1.0;

/// cm-gems with the curriculum of the run but for the paper's threshold, an absolute drop under 1.0.
curriculum::Schedule absolute_schedule(const config::Config& config) {
  config::Config absolute = config;
  absolute.masking.strategy = "cm-gems";
  absolute.curriculum.threshold = kPublishedThreshold;
  absolute.curriculum.relative = false;
  absolute.curriculum.switch_at_step.reset();
  return config::schedule_of(absolute);
}

/// A curve is comparable with the paper's rule when the easy masker alone made it, up to a switch, with validation
/// masks drawn once.
bool has_easy_curve(const PretrainResult& result) {
  const auto schedule = config::schedule_of(result.config);
  const bool mixed = schedule.maskers().size() > 1 && !schedule.has_trigger();
  return !mixed && result.config.curriculum.rule == curriculum::Rule::signed_drop &&
         schedule.maskers().front() == absolute_schedule(result.config).maskers().front();
}

/// Where the absolute threshold would have switched: told by the curve up to the run's own switch, since only until
/// there it is the curve of the easy masker.
std::optional<std::int64_t> absolute_switch(const PretrainResult& result) {
  const auto schedule = absolute_schedule(result.config);
  const auto own = result.summary.switch_step;
  curriculum::State state;
  for (const auto& measurement : result.summary.curve) {
    if (!own || measurement.step <= *own) state = schedule.observe(std::move(state), measurement);
  }
  return state.switch_step;
}

/// Which masker, or which two, masked the steps after one measurement and up to the next.
std::string maskers_before(const PretrainResult& result, const train::EvalReport& evaluation) {
  const auto maskers = config::schedule_of(result.config).maskers();
  if (maskers.size() == 1) return maskers[0];
  if (!result.recorder.done.has_trigger) return maskers[0] + ", " + maskers[1];
  const bool second = result.summary.switch_step && evaluation.step > *result.summary.switch_step;
  return maskers[second ? 1 : 0];
}

void print_curve(std::ostream& out, const PretrainResult& result) {
  ResultTable table({"step", "perplexity", "drop", "masks of the steps before"});
  const auto& evaluations = result.recorder.evaluations;
  for (std::size_t i = 0; i < evaluations.size(); ++i) {
    const auto& now = evaluations[i];
    const double drop = i == 0 ? std::nan("") : evaluations[i - 1].perplexity - now.perplexity;
    table.add({std::to_string(now.step), decimals(now.perplexity, 2), decimals(drop, 2), maskers_before(result, now)});
  }
  table.print(out);
}

std::string from_step(const curriculum::CurriculumOptions& options) {
  return options.min_steps > 0 ? " from step " + std::to_string(options.min_steps) + " on" : "";
}

void print_switch(std::ostream& out, const PretrainResult& result) {
  const auto& options = result.config.curriculum;
  if (!result.recorder.done.has_trigger) return;
  if (result.summary.switch_step) {
    const auto maskers = config::schedule_of(result.config).maskers();
    out << "switch              after step " << *result.summary.switch_step << ", from " << maskers[0] << " to "
        << maskers[1] << "\n";
    return;
  }
  out << "switch              never; the last drops of the perplexity were";
  for (const double drop : result.recorder.done.last_drops) out << " " << decimals(drop, 2);
  if (result.recorder.done.last_drops.empty()) out << " none (fewer than two measurements)";
  if (options.switch_at_step) {
    out << " (switch_at_step " << *options.switch_at_step << ")\n";
    return;
  }
  out << ", and the rule asks for less than "
      << (options.relative ? percent(options.threshold) + " of the perplexity before" : decimals(options.threshold, 2));
  out << (options.min_steps > 0 ? "," : "") << from_step(options) << "\n";
}

/// The figures of `cmgems mask --stats`, one column for each masker that was at work.
void print_masks(std::ostream& out, const PretrainResult& result) {
  std::vector<NamedStatistics> columns;
  for (const auto& [masker, masks] : result.recorder.masks) columns.push_back({masker, masks});
  print_mask_statistics(out, columns);
}

}  // namespace

void print_pretrain_text(std::ostream& out, const PretrainResult& result) {
  const auto& summary = result.summary;
  print_curve(out, result);
  out << "\n";
  print_masks(out, result);
  out << "\n";
  print_switch(out, result);
  if (has_easy_curve(result)) {
    const auto step = absolute_switch(result);
    out << "absolute rule       a drop under " << decimals(kPublishedThreshold, 1)
        << from_step(result.config.curriculum)
        << (step ? " would have switched after step " + std::to_string(*step) : " would not have switched")
        << (!step && result.summary.switch_step ? " before that" : "") << "\n";
  }
  if (result.recorder.done.skipped > 0) out << "steps skipped       " << result.recorder.done.skipped << "\n";
  out << "parameters          " << format_count(static_cast<unsigned long long>(summary.parameters)) << "\n"
      << "tokens              " << format_count(summary.tokens) << " in " << format_duration(summary.seconds) << ", "
      << format_rate(static_cast<double>(summary.session_tokens) / std::max(1e-9, summary.seconds)) << " tokens/s"
      << share_text(summary.session_flops / std::max(1e-9, summary.seconds), summary.products) << "\n"
      << "model               " << (result.run / "model").string() << "\n";
}

void print_pretrain_json(std::ostream& out, const PretrainResult& result) {
  ordered_json json = {
      {"command", "pretrain"}, {"run", result.run.string()}, {"model", (result.run / "model").string()}};
  json["parameters"] = result.summary.parameters;
  json["steps"] = result.recorder.done.steps;
  json["tokens"] = result.summary.tokens;
  json["seconds"] = result.summary.seconds;
  json["curve"] = ordered_json::array();
  for (const auto& now : result.recorder.evaluations) {
    json["curve"].push_back(
        {{"step", now.step}, {"loss", now.loss}, {"perplexity", now.perplexity}, {"masker", now.masker}});
  }
  json["switch_step"] = or_null(result.summary.switch_step);
  json["last_drops"] = result.recorder.done.last_drops;
  json["masks"] = masks_json(result.recorder.masks);
  if (has_easy_curve(result)) {
    json["absolute_rule"] = {{"threshold", kPublishedThreshold}, {"switch_step", or_null(absolute_switch(result))}};
  }
  json["skipped_steps"] = result.recorder.done.skipped;
  out << json.dump(2, ' ', false, ordered_json::error_handler_t::replace) << "\n";
}

}  // namespace cmgems::apps
