#include "metrics_reader.h"

#include <cmath>

#include "cmgems/base/error.h"
#include "json_file.h"
#include "result_table.h"

namespace cmgems::apps::report {
namespace {

Masks masks_of(const Object& object) {
  Masks masks;
  masks.masker = object.text("masker");
  masks.examples = object.number("examples");
  masks.tokens = object.number("tokens");
  masks.masked = object.number("masked_share");
  masks.hidden_bases = object.number_or("hidden_base_share", kNone);
  masks.spans = object.number_or("spans_per_example", kNone);
  masks.pmi_spans = object.number_or("pmi_spans_per_example", kNone);
  masks.twice = object.number_or("masked_twice_share", kNone);
  masks.masked_npmi = object.number_or("masked_npmi", kNone);
  masks.all_npmi = object.number_or("all_npmi", kNone);
  return masks;
}

Training training_of(const Object& event) {
  Training training{event.integer("step"),     event.integer("steps"),
                    event.number("loss"),      event.number("learning_rate"),
                    event.number("grad_norm"), event.number_or("grad_norm_max", kNone),
                    event.number("tokens"),    {}};
  event.each("masks", [&](const Object& masks) { training.masks.push_back(masks_of(masks)); });
  return training;
}

void take_done(Metrics& metrics, const Object& event) {
  metrics.done = true;
  metrics.tokens = event.number("tokens");
  metrics.skipped_steps = event.integer("skipped_steps");
}

void take(Metrics& metrics, const Object& event) {
  const auto kind = event.text("event");
  const auto step = event.integer("step");
  if (kind == "train") {
    metrics.training.push_back(training_of(event));
  } else if (kind == "eval") {
    metrics.measurements.push_back({step, event.number("loss"), event.number("perplexity"), event.text("masker")});
  } else if (kind == "switch") {
    metrics.switches.push_back({step, event.text("from"), event.text("to"), event.number("perplexity")});
  } else if (kind == "skipped") {
    metrics.skipped.push_back({step, event.text("reason")});
  } else if (kind == "spike") {
    metrics.spikes.push_back({step, "loss " + significant(event.number("loss")) + ", the 100 steps before " +
                                        significant(event.number("mean")) + " ± " +
                                        significant(event.number("deviation"))});
  } else if (kind == "done") {
    take_done(metrics, event);
  }
}

Metrics read_metrics(const std::filesystem::path& file, bool finished) {
  Metrics metrics;
  std::string last = file.string();
  const auto ending = read_lines(file, !finished, [&](const Object& event) {
    take(metrics, event);
    last = event.place();
  });
  metrics.cut = ending == Ending::cut;
  if (finished && !metrics.done) {
    throw DataError(last + " is the last one and no \"done\" event, although the run is finished: the file was cut " +
                    "off; restore it, or delete it to make a report without its figures");
  }
  return metrics;
}

/// Tokens a second of training, as the log has them: evaluations have theirs, too.
struct Rates {
  double of_run = kNone;          // by the done event, which only a finished run has
  double sum = 0, intervals = 0;  // of the train events

  double value() const { return std::isfinite(of_run) ? of_run : intervals > 0 ? sum / intervals : kNone; }
};

void take_rate(Rates& rates, const std::string& kind, double rate) {
  if (!std::isfinite(rate)) return;
  if (kind == "done") rates.of_run = rate;
  if (kind != "train") return;
  rates.sum += rate;
  ++rates.intervals;
}

void take_timing(Pretraining& run, Rates& rates, const Object& event) {
  const auto kind = event.text("event");
  take_rate(rates, kind, event.number_or("tokens_per_second", kNone));
  if (kind != "save_failed" && kind != "interrupt" && kind != "resume") return;
  const auto step = event.integer("step");
  if (kind == "resume") return run.events.push_back({step, "continued"});
  const bool failed = kind == "save_failed";
  run.events.push_back({step, (failed ? "a checkpoint was not saved: " : "stopped: ") + event.text("reason")});
  if (failed) ++run.failed_saves;
}

/// Written apart from the rest, and by itself no reason to call a run damaged.
void read_timing(Pretraining& run, const std::filesystem::path& file) {
  Rates rates;
  run.damaged_timing = read_sound_lines(file, [&](const Object& event) { take_timing(run, rates, event); });
  run.tokens_per_second = rates.value();
}

}  // namespace

Pretraining read_pretraining(Record record) {
  Pretraining run{std::move(record), {}, {}};
  const auto metrics = run.record.folder / "metrics.jsonl", timing = run.record.folder / "timing.jsonl";
  if (std::filesystem::exists(metrics)) run.metrics = read_metrics(metrics, run.record.finished);
  if (std::filesystem::exists(timing)) read_timing(run, timing);
  return run;
}

}  // namespace cmgems::apps::report
