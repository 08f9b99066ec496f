#include "observers.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cmgems/nn/device.h"
#include "mask_statistics.h"
#include "result_table.h"
#include "run_record.h"

namespace cmgems::apps {
namespace {

using nlohmann::ordered_json;

constexpr std::int64_t kEstimateAfter = 20;

double ratio(double part, double whole) { return whole > 0 ? part / whole : 0; }

std::string device_memory_text() {
  const auto peak = nn::peak_device_memory();
  return peak > 0 ? ", on the device " + format_count(static_cast<unsigned long long>(peak >> 20)) + " MB" : "";
}

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

std::string share_text(double flops, double products) {
  if (products <= 0) return "";
  return " (" + percent(flops / products, 0) + " of " + decimals(products / 1e12, 0) + " TFLOP/s)";
}

std::string ProgressLine::rate_text(const train::Rate& rate) const {
  return format_rate(rate.tokens) + " tokens/s" + share_text(rate.flops, products_);
}

void ProgressLine::on_start(const train::StartReport& report) {
  products_ = report.products;
  if (products_ > 0) {
    log_info("products of the model's sizes reach " + decimals(products_ / 1e12, 0) + " TFLOP/s on the device");
  }
  log_debug("windows cut, validation masked and model made in " + watch_.text());
  first_step_ = report.step;
  if (first_step_ > 0) log_info("continuing after step " + std::to_string(first_step_));
}

void ProgressLine::on_step(const train::StepReport& report) {
  const std::int64_t here = report.step - first_step_;
  if (here == 1) log_debug("first step after " + watch_.text());
  tokens_ += report.tokens;
  const double whole = report.seconds / static_cast<double>(here) * static_cast<double>(report.max_steps - first_step_);
  if (here == kEstimateAfter && report.step < report.max_steps) tell_estimate(report, whole);
  progress_.show("step " + std::to_string(report.step) + "/" + std::to_string(report.max_steps) + "  " +
                 rate_text(report.rate) + "  loss " + decimals(report.loss, 3) +
                 (perplexity_ > 0 ? "  perplexity " + decimals(perplexity_, 1) : "") + "  left " +
                 format_duration(whole - report.seconds));
}

void ProgressLine::tell_estimate(const train::StepReport& report, double whole) const {
  const auto steps = report.max_steps - first_step_;
  const double tokens_per_step = static_cast<double>(tokens_) / static_cast<double>(kEstimateAfter);
  log_info("estimate: " + format_count(static_cast<unsigned long long>(steps)) + " steps of " +
           format_rate(tokens_per_step) + " tokens (" + format_rate(tokens_per_step * static_cast<double>(steps)) +
           " in all) at " + format_rate(ratio(static_cast<double>(tokens_), report.seconds)) + " tokens/s take about " +
           format_duration(whole) + " without evaluations; memory so far " +
           format_count(static_cast<unsigned long long>(peak_memory() >> 20)) + " MB" + device_memory_text());
}

void ProgressLine::on_eval(const train::EvalReport& report) {
  const double drop = perplexity_ - report.perplexity;
  progress_.finish();
  log_info("step " + std::to_string(report.step) + ": validation perplexity " + decimals(report.perplexity, 2) +
           " (masks: " + report.masker + (perplexity_ > 0 ? ", drop " + decimals(drop, 2) : "") + "), " +
           rate_text(report.rate));
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

void ProgressLine::on_spike(const train::SpikeReport& report) {
  progress_.finish();
  log_warning("step " + std::to_string(report.step) + ": the loss rose to " + decimals(report.loss, 3) + ", from " +
              decimals(report.mean, 3) + " on average before (deviation " + decimals(report.deviation, 3) + ")");
}

void ProgressLine::on_save(const train::SaveReport& report) {
  log_debug("checkpoint of step " + std::to_string(report.step) + ", " + format_count(report.bytes >> 10) +
            " kB, written in " + decimals(report.seconds, 3) + " s; training stood still for " +
            decimals(report.paused, 3) + " s");
}

void ProgressLine::on_save_failed(std::int64_t step, const std::string& reason) {
  progress_.finish();
  log_warning("step " + std::to_string(step) + " could not be saved: " + reason +
              "; training goes on, and ends if the next checkpoint cannot be written either");
}

void ProgressLine::on_interrupt(std::int64_t step, const std::string& reason) {
  progress_.finish();
  log_info("stopping after step " + std::to_string(step) + " (" + reason + "); once more ends at once");
}

void ProgressLine::on_done(const train::DoneReport&) { progress_.finish(); }

}  // namespace cmgems::apps
