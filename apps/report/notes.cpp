// What a reader has to know before he believes the figures.
#include <algorithm>
#include <map>

#include "sections.h"

namespace cmgems::apps::report {
namespace {

/// A sentence once, however many runs say it.
class Notes {
 public:
  void add(const std::string& who, const std::string& note) {
    auto& names = who_[note];
    if (names.empty()) order_.push_back(note);
    if (std::find(names.begin(), names.end(), who) == names.end()) names.push_back(who);
  }

  std::vector<std::string> texts() const {
    std::vector<std::string> list;
    for (const auto& note : order_) {
      std::string names;
      for (const auto& name : who_.at(note)) names += (names.empty() ? "" : ", ") + name;
      list.push_back(names + ": " + note);
    }
    return list;
  }

 private:
  std::map<std::string, std::vector<std::string>> who_;
  std::vector<std::string> order_;
};

/// `figures`: whether the report has any of the run.
std::string unfinished_note(const Record& record, bool figures) {
  const std::string state =
      record.in_use ? "the run is unfinished, a process is at work on it" : "the run is unfinished";
  if (!figures) return state + ": none of its figures are in this report";
  return state +
         (record.in_use ? ": the figures are those so far" : ": the figures are those up to where it was stopped");
}

void add_record(Notes& notes, const Record& record, bool figures) {
  if (!record.finished) notes.add(record.name, unfinished_note(record, figures));
  for (const auto& sentence : record.accepted) notes.add(record.name, sentence);
}

void add_evaluated(Notes& notes, const Evaluated& run) {
  add_record(notes, run.record, !run.evaluations.empty());
  for (const auto& one : run.evaluations) {
    for (const auto& note : one.notes) notes.add(one.title(), note);
    for (const auto& method : one.methods) {
      const auto collapsed =
          std::count_if(method.runs.begin(), method.runs.end(), [](const auto& r) { return r.collapsed; });
      const bool told = std::any_of(one.notes.begin(), one.notes.end(),
                                    [](const auto& note) { return note.find("collapsed") != std::string::npos; });
      if (collapsed > 0 && !told) {
        notes.add(one.title(), std::to_string(collapsed) + " of " + counted(method.runs.size(), "run") + " of " +
                                   method.name + " predicted a single class for the whole test set");
      }
    }
  }
  for (const auto& sentence : run.absent) notes.add(run.record.name, sentence);
}

}  // namespace

std::optional<Section> notes_section(const Runs& runs) {
  Notes notes;
  for (const auto& run : runs.pretrainings) {
    add_record(notes, run.record, run.metrics.has_value());
    if (run.metrics && run.metrics->cut)
      notes.add(run.record.name, "the last line of metrics.jsonl is not whole and was left out");
    if (run.damaged_timing > 0)
      notes.add(run.record.name, counted(run.damaged_timing, "damaged line") + " of timing.jsonl left out");
    if (run.metrics && run.metrics->skipped_steps > 0) {
      notes.add(run.record.name,
                counted(static_cast<std::size_t>(run.metrics->skipped_steps), "step") + " left out, see the guards");
    }
  }
  for (const auto& run : runs.few_shot) add_evaluated(notes, run);
  for (const auto& run : runs.gue) add_evaluated(notes, run);
  const auto texts = notes.texts();
  if (texts.empty()) return std::nullopt;
  return Section{"notes", "Warnings and notes", {List{texts}}};
}

}  // namespace cmgems::apps::report
