#include "observers.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "json_values.h"
#include "mask_statistics.h"
#include "result_table.h"
#include "run_record.h"

namespace cmgems::apps {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kStepsPerEvent = 50;
constexpr std::int64_t kEstimateAfter = 20;

double ratio(double part, double whole) { return whole > 0 ? part / whole : 0; }

}  // namespace

void add_masks(std::vector<train::MaskerReport>& sum, const std::vector<train::MaskerReport>& more) {
  for (const auto& report : more) {
    const auto found =
        std::find_if(sum.begin(), sum.end(), [&](const auto& known) { return known.masker == report.masker; });
    found == sum.end() ? sum.push_back(report) : found->masks.add(report.masks);
  }
}

ordered_json masks_json(const std::vector<train::MaskerReport>& masks) {
  ordered_json list = ordered_json::array();
  for (const auto& [masker, figures] : masks) {
    ordered_json one = {{"masker", masker}};
    one.update(mask_statistics_json(figures));
    list.push_back(std::move(one));
  }
  return list;
}

void MetricsWriter::on_start(const train::StartReport&) {
  metrics_.emplace(metrics_path_);
  timing_.emplace(timing_path_);
}

void MetricsWriter::on_step(const train::StepReport& report) {
  pending_.push_back(report);
  if (pending_.size() >= kStepsPerEvent || report.step == report.max_steps) write_train_event();
}

void MetricsWriter::write_train_event() {
  if (pending_.empty()) return;
  const auto count = static_cast<double>(pending_.size());
  const auto& last = pending_.back();
  double loss = 0, grad_norm = 0;
  std::uint64_t tokens = 0;
  std::vector<train::MaskerReport> masks;
  for (const auto& report : pending_) {
    loss += report.loss / count;
    grad_norm += report.grad_norm / count;
    tokens += report.tokens;
    add_masks(masks, report.masks);
  }
  ordered_json event = {{"event", "train"},
                        {"step", last.step},
                        {"steps", pending_.size()},
                        {"loss", loss},
                        {"learning_rate", last.learning_rate},
                        {"grad_norm", grad_norm},
                        {"tokens", tokens},
                        {"masks", masks_json(masks)}};
  metrics_->append(event.dump());
  timing_->append(ordered_json{
      {"event", "train"}, {"step", last.step}, {"seconds", last.seconds}, {"tokens_per_second", last.tokens_per_second}}
                      .dump());
  pending_.clear();
}

void MetricsWriter::on_eval(const train::EvalReport& report) {
  metrics_->append(ordered_json{
      {"event", "eval"},
      {"step", report.step},
      {"loss", report.loss},
      {"perplexity", report.perplexity},
      {"masked_tokens", report.masked_tokens},
      {"masker",
       report.masker}}.dump());
  timing_->append(ordered_json{{"event", "eval"},
                               {"step", report.step},
                               {"seconds", report.seconds},
                               {"tokens_per_second", report.tokens_per_second}}
                      .dump());
}

void MetricsWriter::on_switch(const train::SwitchReport& report) {
  write_train_event();
  metrics_->append(ordered_json{{"event", "switch"},
                                {"step", report.step},
                                {"from", report.from},
                                {"to", report.to},
                                {"perplexity", report.perplexity},
                                {"drop", or_null(report.drop)}}
                       .dump());
}

void MetricsWriter::on_skipped(std::int64_t step, const std::string& reason) {
  metrics_->append(ordered_json{{"event", "skipped"}, {"step", step}, {"reason", reason}}.dump());
}

void MetricsWriter::on_done(const train::DoneReport& report) {
  write_train_event();
  metrics_->append(ordered_json{{"event", "done"},
                                {"step", report.steps},
                                {"tokens", report.tokens},
                                {"skipped_steps", report.skipped},
                                {"switch_step", or_null(report.switch_step)},
                                {"last_drops", report.last_drops}}
                       .dump());
  timing_->append(ordered_json{
      {"event", "done"},
      {"step", report.steps},
      {"seconds", report.seconds},
      {"tokens_per_second", ratio(static_cast<double>(report.tokens), report.seconds)},
      {"peak_memory_bytes",
       peak_memory()}}.dump());
}

void ProgressLine::on_start(const train::StartReport&) {
  log_debug("windows cut, validation masked and model made in " + watch_.text());
}

void ProgressLine::on_step(const train::StepReport& report) {
  if (report.step == 1) log_debug("first step after " + watch_.text());
  tokens_ += report.tokens;
  const auto step = static_cast<double>(report.step);
  const double whole = report.seconds / step * static_cast<double>(report.max_steps);
  if (report.step == kEstimateAfter && report.max_steps > kEstimateAfter) {
    const auto tokens = static_cast<double>(tokens_) / step * static_cast<double>(report.max_steps);
    log_info("estimate: " + format_count(static_cast<unsigned long long>(report.max_steps)) + " steps of " +
             format_rate(static_cast<double>(tokens_) / step) + " tokens (" + format_rate(tokens) + " in all) at " +
             format_rate(ratio(static_cast<double>(tokens_), report.seconds)) + " tokens/s take about " +
             format_duration(whole) + " without evaluations; memory so far " +
             format_count(static_cast<unsigned long long>(peak_memory() >> 20)) + " MB");
  }
  progress_.show("step " + std::to_string(report.step) + "/" + std::to_string(report.max_steps) + "  " +
                 format_rate(report.tokens_per_second) + " tokens/s  loss " + decimals(report.loss, 3) +
                 (perplexity_ > 0 ? "  perplexity " + decimals(perplexity_, 1) : "") + "  left " +
                 format_duration(whole - report.seconds));
}

void ProgressLine::on_eval(const train::EvalReport& report) {
  const double drop = perplexity_ - report.perplexity;
  progress_.finish();
  log_info("step " + std::to_string(report.step) + ": validation perplexity " + decimals(report.perplexity, 2) +
           " (masks: " + report.masker + (perplexity_ > 0 ? ", drop " + decimals(drop, 2) : "") + "), " +
           format_rate(report.tokens_per_second) + " tokens/s");
  perplexity_ = report.perplexity;
}

void ProgressLine::on_switch(const train::SwitchReport& report) {
  progress_.finish();
  log_info("step " + std::to_string(report.step) + ": switch from " + report.from + " to " + report.to +
           (report.drop ? ", the perplexity fell by " + decimals(*report.drop, 2) : ", as scheduled"));
}

void ProgressLine::on_skipped(std::int64_t step, const std::string& reason) {
  progress_.finish();
  log_warning("step " + std::to_string(step) + " skipped: " + reason);
}

void ProgressLine::on_done(const train::DoneReport&) { progress_.finish(); }

}  // namespace cmgems::apps
