#include "labelled_rows.h"

#include <string_view>
#include <utility>

#include "cmgems/base/error.h"
#include "cmgems/genome/reader.h"
#include "table_reader.h"

namespace cmgems::tasks {
namespace {

constexpr std::size_t kListed = 5;
constexpr std::string_view kBlanks = " \t";
constexpr std::string_view kLabelKey = "label=";

/// Rows of one file that cannot be used; the first of them are kept for the message.
class BadRowList {
 public:
  void add(const std::string& what) {
    if (++count_ <= kListed) listed_.push_back(what);
  }

  /// -> what was left out, as a sentence; empty when there was nothing. Throws: DataError, unless they are skipped.
  std::string finish(const std::filesystem::path& path, std::size_t good, BadRows choice) const {
    if (count_ == 0) return {};
    const bool one = count_ == 1;
    if (choice == BadRows::refuse) {
      throw DataError(path.string() +
                      (one ? " " + listed_.front() : ": " + amount(good) + " cannot be used:" + list()) +
                      (one ? "; correct the row" : "\ncorrect them") +
                      ", or leave such rows out with --set finetune.bad_rows=skip");
    }
    return amount(good) + " of " + path.string() + (one ? " was" : " were") +
           " left out, the first: " + listed_.front();
  }

 private:
  std::string amount(std::size_t good) const {
    return std::to_string(count_) + " of " + std::to_string(count_ + good) + " rows";
  }
  std::string list() const {
    std::string text;
    for (const auto& what : listed_) text += "\n  " + what;
    if (count_ > listed_.size()) text += "\n  and " + std::to_string(count_ - listed_.size()) + " more";
    return text;
  }

  std::size_t count_ = 0;
  std::vector<std::string> listed_;
};

std::string_view word_at(std::string_view text, std::size_t first) {
  first = text.find_first_not_of(kBlanks, first);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_first_of(kBlanks, first) - first);
}

/// label=NAME in the description, else the first word after the last '|' of the header; empty when there is neither.
std::string label_of(const genome::FastaRecord& record) {
  const std::string words = " " + record.description;
  for (const char blank : kBlanks) {
    const auto key = words.find(blank + std::string(kLabelKey));
    if (key == std::string::npos) continue;
    const auto first = key + 1 + kLabelKey.size();
    return words.substr(first, words.find_first_of(kBlanks, first) - first);
  }
  const std::string header = record.name + words;
  const auto bar = header.rfind('|');
  return bar == std::string::npos ? "" : std::string(word_at(header, bar + 1));
}

struct RowReader {
  LabelledRows& table;
  BadRowList& bad;
  std::size_t min_bases;

  void read_table() const {
    TableReader reader(table.path);
    while (reader.try_next()) {
      const std::string place = "line " + std::to_string(reader.line());
      std::string sequence = reader.problem().empty() ? reader.try_sequence() : "";
      if (reader.problem().empty()) {
        add({std::move(sequence), reader.label_text(), place}, "the label is empty");
      } else {
        bad.add(place + ": " + reader.problem());
      }
    }
  }

  void read_records() const {
    std::size_t number = 0;
    genome::for_each_record(table.path, [&](genome::FastaRecord record) {
      std::string label = label_of(record);
      add({std::move(record.bases), std::move(label),
           "record " + std::to_string(++number) + " ('" + record.name + "')"},
          "no label; expected label=NAME behind the name, or the label after the last '|'");
    });
  }

  void add(LabelledRow row, const std::string& without_label) const {
    const std::size_t bases = row.sequence.size();
    if (bases == 0) return bad.add(row.place + ": the sequence is empty");
    if (bases < min_bases) {
      return bad.add(row.place + ": " + std::to_string(bases) + " bases, fewer than one k-mer of " +
                     std::to_string(min_bases));
    }
    if (row.label.empty()) return bad.add(row.place + ": " + without_label);
    table.rows.push_back(std::move(row));
  }
};

}  // namespace

LabelledRows read_labelled_rows(const std::filesystem::path& path, const OwnDataOptions& options) {
  LabelledRows table{path, {}, {}};
  BadRowList bad;
  const RowReader reader{table, bad, options.min_bases};
  genome::holds_records(path) ? reader.read_records() : reader.read_table();
  table.skipped = bad.finish(path, table.rows.size(), options.bad_rows);
  if (!table.rows.empty()) return table;
  throw DataError(path.string() + ": no rows with a sequence and a label" +
                  (table.skipped.empty() ? "" : "; " + table.skipped));
}

}  // namespace cmgems::tasks
