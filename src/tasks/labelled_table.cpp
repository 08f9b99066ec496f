#include "cmgems/tasks/labelled_table.h"

#include <algorithm>
#include <string_view>
#include <unordered_set>

#include "table_reader.h"

namespace cmgems::tasks {

int LabelledTable::classes() const {
  int highest = -1;
  for (const auto& example : examples) highest = std::max(highest, example.label);
  return highest + 1;
}

LabelledTable read_labelled_table(const std::filesystem::path& path) {
  TableReader reader(path);
  LabelledTable table{path, {}};
  while (reader.next()) table.examples.push_back({reader.sequence(), reader.label()});
  if (table.examples.empty()) reader.fail("no rows after the header");
  return table;
}

std::size_t shared_rows(const LabelledTable& pool, const LabelledTable& test) {
  std::unordered_set<std::string_view> sequences;
  for (const auto& example : pool.examples) sequences.insert(example.sequence);
  const auto shared = [&](const Example& example) { return sequences.contains(example.sequence); };
  return static_cast<std::size_t>(std::count_if(test.examples.begin(), test.examples.end(), shared));
}

}  // namespace cmgems::tasks
