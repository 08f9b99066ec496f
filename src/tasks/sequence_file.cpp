#include "cmgems/tasks/sequence_file.h"

#include <utility>

#include "cmgems/genome/reader.h"
#include "table_reader.h"

namespace cmgems::tasks {
namespace {

std::string place_of(const std::filesystem::path& path, const std::string& unit, std::uint64_t number,
                     const std::string& id) {
  return path.string() + ": " + unit + " " + std::to_string(number) + " ('" + id + "')";
}

void for_each_row(const std::filesystem::path& path, const std::function<void(const SequenceRecord&)>& take) {
  TableReader reader(path, false);
  std::uint64_t number = 0;
  while (reader.next()) {
    ++number;
    SequenceRecord record{reader.has_id() ? reader.id() : std::to_string(number), reader.sequence(), {}, {}};
    record.place = place_of(path, "line", reader.line(), record.id);
    if (reader.has_label() && !reader.label_text().empty()) record.label = reader.label_text();
    take(record);
  }
  if (number == 0) reader.fail("no rows after the header");
}

}  // namespace

void for_each_sequence(const std::filesystem::path& path, const std::function<void(const SequenceRecord&)>& take) {
  if (!genome::holds_records(path)) return for_each_row(path, take);
  std::uint64_t number = 0;
  genome::for_each_record(path, [&](genome::FastaRecord record) {
    ++number;
    if (record.name.empty()) record.name = std::to_string(number);
    const auto place = place_of(path, "sequence", number, record.name);
    take({std::move(record.name), std::move(record.bases), {}, place});
  });
}

}  // namespace cmgems::tasks
