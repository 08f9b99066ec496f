#include "event_log.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cmgems/base/atomic_file.h"
#include "cmgems/base/error.h"
#include "json_values.h"
#include "mask_sums.h"

namespace cmgems::apps {
namespace {

using nlohmann::ordered_json;

constexpr std::int64_t kStepsPerEvent = 50;
constexpr const char* kSaved = "log.json";

ordered_json evaluations_json(const std::vector<train::EvalReport>& evaluations) {
  ordered_json list = ordered_json::array();
  for (const auto& one : evaluations) {
    list.push_back({one.step, or_null(one.loss), or_null(one.perplexity), one.masked_tokens, one.masker});
  }
  return list;
}

double or_nan(const ordered_json& value) { return value.is_null() ? std::nan("") : value.get<double>(); }

train::EvalReport evaluation_from_json(const ordered_json& one) {
  return {one.at(0).get<std::int64_t>(),
          or_nan(one.at(1)),
          or_nan(one.at(2)),
          one.at(3).get<std::uint64_t>(),
          one.at(4).get<std::string>(),
          0,
          {}};
}

}  // namespace

template <class Call>
void EventLog::each(const Call& call) {
  for (auto& sink : sinks_) {
    try {
      call(*sink);
    } catch (const IoError& error) {
      tell(*sink, error.what());
    } catch (const std::filesystem::filesystem_error& error) {
      tell(*sink, error.what());
    }
  }
}

void EventLog::tell(const EventSink& sink, const std::string& problem) {
  if (!told_.insert(&sink).second) return;
  log_warning(sink.name() + " is not written: " + problem +
              "; training goes on, and what is missing there follows as soon as it can be written");
}

void EventLog::on_start(const train::StartReport& report) {
  if (!report.checkpoint.empty()) restore(report.checkpoint);
  each([&](EventSink& sink) { sink.on_start(report); });
}

void EventLog::on_step(const train::StepReport& report) {
  recorder_.on_step(report);
  pending_.step = report.step;
  ++pending_.steps;
  pending_.loss += report.loss;
  pending_.grad_norm += report.grad_norm;
  pending_.grad_norm_max = std::max(pending_.grad_norm_max, report.grad_norm);
  pending_.learning_rate = report.learning_rate;
  pending_.tokens += report.tokens;
  pending_.seconds = report.seconds;
  pending_.rate = report.rate;
  add_masks(pending_.masks, report.masks);
  each([&](EventSink& sink) { sink.on_step(report); });
  if (report.step % kStepsPerEvent == 0 || report.step == report.max_steps) finish_event();
}

void EventLog::finish_event() {
  if (pending_.steps == 0) return;
  pending_.loss /= static_cast<double>(pending_.steps);
  pending_.grad_norm /= static_cast<double>(pending_.steps);
  each([&](EventSink& sink) { sink.on_train(pending_); });
  pending_ = {};
}

void EventLog::on_eval(const train::EvalReport& report) {
  recorder_.on_eval(report);
  each([&](EventSink& sink) { sink.on_eval(report); });
}

void EventLog::on_switch(const train::SwitchReport& report) {
  finish_event();
  each([&](EventSink& sink) { sink.on_switch(report); });
}

void EventLog::on_skipped(std::int64_t step, const std::string& reason) {
  if (step % kStepsPerEvent == 0) finish_event();
  each([&](EventSink& sink) { sink.on_skipped(step, reason); });
}

void EventLog::on_spike(const train::SpikeReport& report) {
  each([&](EventSink& sink) { sink.on_spike(report); });
}

void EventLog::on_save(const train::SaveReport& report) {
  each([&](EventSink& sink) { sink.on_save(report); });
}

void EventLog::on_save_failed(std::int64_t step, const std::string& reason) {
  each([&](EventSink& sink) { sink.on_save_failed(step, reason); });
}

void EventLog::on_interrupt(std::int64_t step, const std::string& reason) {
  each([&](EventSink& sink) { sink.on_interrupt(step, reason); });
}

void EventLog::on_done(const train::DoneReport& report) {
  recorder_.on_done(report);
  finish_event();
  each([&](EventSink& sink) { sink.on_done(report); });
}

std::vector<train::SavedFile> EventLog::save() const {
  const ordered_json pending = {{"step", pending_.step},
                                {"steps", pending_.steps},
                                {"loss", pending_.loss},
                                {"grad_norm", pending_.grad_norm},
                                {"grad_norm_max", pending_.grad_norm_max},
                                {"learning_rate", pending_.learning_rate},
                                {"tokens", pending_.tokens},
                                {"masks", mask_sums_json(pending_.masks)}};
  const ordered_json json = {{"pending", pending},
                             {"masks", mask_sums_json(recorder_.masks)},
                             {"evaluations", evaluations_json(recorder_.evaluations)}};
  std::vector<train::SavedFile> files{{kSaved, json.dump(1) + "\n"}};
  for (const auto& sink : sinks_) {
    for (auto& file : sink->save()) files.push_back(std::move(file));
  }
  return files;
}

void EventLog::restore(const std::filesystem::path& checkpoint) {
  const auto path = checkpoint / kSaved;
  try {
    const auto json = ordered_json::parse(read_file(path));
    recorder_.masks = mask_sums_from_json(json.at("masks"));
    for (const auto& one : json.at("evaluations")) recorder_.evaluations.push_back(evaluation_from_json(one));
    const auto& pending = json.at("pending");
    pending_.step = pending.at("step").get<std::int64_t>();
    pending_.steps = pending.at("steps").get<std::int64_t>();
    pending_.loss = pending.at("loss").get<double>();
    pending_.grad_norm = pending.at("grad_norm").get<double>();
    pending_.grad_norm_max = pending.at("grad_norm_max").get<double>();
    pending_.learning_rate = pending.at("learning_rate").get<double>();
    pending_.tokens = pending.at("tokens").get<std::uint64_t>();
    pending_.masks = mask_sums_from_json(pending.at("masks"));
  } catch (const nlohmann::json::exception& error) {
    throw DataError(path.string() + " cannot be read: " + error.what());
  }
}

}  // namespace cmgems::apps
