#include "sections.h"

#include <algorithm>
#include <map>

#include "cmgems/base/log.h"

namespace cmgems::apps::report {

std::string counted(std::size_t number, const std::string& what) {
  return format_count(number) + " " + what + (number == 1 ? "" : "s");
}

std::vector<const Record*> records_of(const Runs& runs) {
  std::vector<const Record*> records;
  for (const auto& run : runs.pretrainings) records.push_back(&run.record);
  for (const auto& run : runs.few_shot) records.push_back(&run.record);
  for (const auto& run : runs.gue) records.push_back(&run.record);
  return records;
}

namespace {

/// Whoever reads the CSV finds a table by its title.
void tell_tables_apart(Document& document) {
  std::map<std::string, int> count;
  for (auto& section : document.sections) {
    for (auto& block : section.blocks) {
      auto* table = std::get_if<Table>(&block);
      if (table == nullptr) continue;
      const int number = ++count[table->title];
      if (number > 1) table->title += " (" + std::to_string(number) + ")";
    }
  }
}

}  // namespace

Document document_of(const Runs& runs) {
  Document document;
  std::string what;
  const auto add = [&](std::size_t number, const std::string& name) {
    if (number > 0) what += (what.empty() ? "" : ", ") + counted(number, name);
  };
  add(runs.pretrainings.size(), "pretraining");
  add(runs.few_shot.size(), "few-shot evaluation");
  add(runs.gue.size(), "GUE evaluation");
  document.title = "cmgems: " + what;
  std::string newest;
  for (const auto* record : records_of(runs)) newest = std::max(newest, record->written_at);
  document.subtitle = newest.empty() ? "" : "Newest run of " + newest;
  document.headlines = headlines_of(runs);
  document.sections.push_back(overview_section(runs));
  for (const auto& make : {notes_section, perplexity_section, few_shot_section, gue_section, differences_section,
                           confusion_section, masks_section, npmi_section, training_section}) {
    if (auto section = make(runs)) document.sections.push_back(std::move(*section));
  }
  document.sections.push_back(repeat_section(runs));
  tell_tables_apart(document);
  return document;
}

}  // namespace cmgems::apps::report
