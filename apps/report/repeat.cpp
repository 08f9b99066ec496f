// Commands, versions and settings: what it takes to run everything once more.
#include <algorithm>
#include <set>

#include "sections.h"
#include "shell_word.h"

namespace cmgems::apps::report {
namespace {

std::string shell_text(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : " ") + shell_word(word);
  return text;
}

/// config.json is complete: it repeats the run whatever the defaults of a later version are.
std::string repeating_command(const Record& record) {
  return shell_text({"cmgems", record.command, "--config", (record.folder / "config.json").string(), "--out", "NEW"});
}

Table version_table(const std::vector<const Record*>& records) {
  Table table{"Versions and machines", {"run", "finished", "host"}, {}};
  std::vector<std::string> keys;
  for (const auto* record : records) {
    for (const auto& [key, ignored] : record->versions) {
      if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
    }
  }
  table.columns.insert(table.columns.end(), keys.begin(), keys.end());
  for (const auto* record : records) {
    std::vector<Cell> row{{record->name}, {record->finished ? record->written_at : "unfinished"}, {record->host}};
    for (const auto& key : keys) {
      const auto found = std::find_if(record->versions.begin(), record->versions.end(),
                                      [&](const auto& pair) { return pair.first == key; });
      row.push_back({found == record->versions.end() ? "–" : found->second});
    }
    table.rows.push_back(row);
  }
  table.folded = records.size() > 6;
  return table;
}

Table settings_table(const Record& record) {
  Table table{"All settings of " + record.name, {"key", "value"}, {}};
  for (const auto& [key, value] : record.settings) table.rows.push_back({{key}, {value}});
  table.folded = true;
  return table;
}

/// Keys whose values are not the same in all pretrainings.
std::optional<Table> differences_table(const std::vector<Pretraining>& runs) {
  if (runs.size() < 2) return std::nullopt;
  Table table{"Settings that differ between the pretrainings", {"key"}, {}};
  std::vector<std::string> keys;
  for (const auto& run : runs) {
    table.columns.push_back(run.record.name);
    for (const auto& [key, ignored] : run.record.settings) {
      if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
    }
  }
  for (const auto& key : keys) {
    std::vector<Cell> row{{key}};
    std::set<std::string> values;
    for (const auto& run : runs) {
      const auto value = run.record.setting(key);
      values.insert(value);
      row.push_back({value.empty() ? "–" : value});
    }
    if (values.size() > 1) table.rows.push_back(row);
  }
  if (table.rows.empty()) return std::nullopt;
  return table;
}

std::optional<Table> hash_table(const std::vector<const Record*>& records) {
  Table table{"SHA-256 of the inputs", {"run", "input", "hash"}, {}};
  for (const auto* record : records) {
    for (const auto& [input, hash] : record->hashes) table.rows.push_back({{record->name}, {input}, {hash}});
  }
  if (table.rows.empty()) return std::nullopt;
  table.folded = true;
  return table;
}

}  // namespace

Section repeat_section(const Runs& runs) {
  Section section{"repeat", "To repeat it", {}};
  const auto records = records_of(runs);
  Table commands{"Commands as they were typed", {"run", "command"}, {}};
  for (const auto* record : records) {
    for (const auto& line : record->earlier_command_lines) {
      commands.rows.push_back({{record->name}, {shell_text(line)}});
    }
    commands.rows.push_back({{record->name}, {shell_text(record->command_line)}});
  }
  section.blocks.emplace_back(
      Text{"The stored configurations are complete and repeat the runs whatever the defaults are by then:"});
  std::string text;
  for (const auto* record : records) text += (text.empty() ? "" : "\n") + repeating_command(*record);
  section.blocks.emplace_back(Command{text});
  commands.folded = records.size() > 3;
  section.blocks.emplace_back(std::move(commands));
  section.blocks.emplace_back(version_table(records));
  if (auto table = differences_table(runs.pretrainings)) section.blocks.emplace_back(std::move(*table));
  if (auto table = hash_table(records)) section.blocks.emplace_back(std::move(*table));
  for (const auto* record : records) {
    const bool shown = record->command == "pretrain" || records.size() <= 6;
    if (shown && !record->settings.empty()) section.blocks.emplace_back(settings_table(*record));
  }
  return section;
}

}  // namespace cmgems::apps::report
