#include "cmgems/tasks/gue_data.h"

#include <algorithm>
#include <set>
#include <unordered_set>

#include "cmgems/base/error.h"

namespace cmgems::tasks {
namespace {

using Sequences = std::unordered_set<std::string_view>;

Sequences sequences_of(const LabelledTable& table) {
  Sequences sequences;
  sequences.reserve(table.examples.size());
  for (const auto& example : table.examples) sequences.insert(example.sequence);
  return sequences;
}

std::string number(std::size_t value) { return std::to_string(value); }

/// Train and test first: it is what a score is about.
void note_shared(GueData& data) {
  struct Pair {
    const LabelledTable *first, *second;
    const char *in_first, *of_second;
  };
  const Pair pairs[] = {{&data.train, &data.test, "train", "test"},
                        {&data.train, &data.dev, "train", "dev"},
                        {&data.dev, &data.test, "dev", "test"}};
  for (const auto& pair : pairs) {
    const auto shared = count_shared(*pair.first, *pair.second);
    if (shared.rows == 0) continue;
    data.notes.push_back(number(shared.rows) + " of " + number(pair.second->examples.size()) + " " + pair.of_second +
                         " rows (" + number(shared.sequences) + " distinct sequences) also occur in " + pair.in_first);
  }
}

void note_sizes(GueData& data) {
  const auto& published = data.set->rows;
  const LabelledTable* tables[] = {&data.train, &data.dev, &data.test};
  const char* names[] = {"train", "dev", "test"};
  std::string differences;
  for (std::size_t i = 0; i < published.size(); ++i) {
    const auto found = tables[i]->examples.size();
    if (published[i] == 0 || found == published[i]) continue;
    differences += (differences.empty() ? "" : ", ") + std::string(names[i]) + " has " + number(found) + " rows, " +
                   number(published[i]) + " were published";
  }
  if (!differences.empty()) data.notes.push_back(differences + ": scores are not comparable");
  if (data.classes != data.set->classes) {
    data.notes.push_back(std::to_string(data.classes) + " classes in train, " + std::to_string(data.set->classes) +
                         " were published: scores are not comparable");
  }
}

void note_letters(GueData& data) {
  for (const auto& [name, table] : {std::pair{"train", &data.train}, {"dev", &data.dev}, {"test", &data.test}}) {
    if (const auto rows = count_foreign(*table); rows > 0) {
      data.notes.push_back(number(rows) + " of " + number(table->examples.size()) + " " + name +
                           " rows have letters other than A, C, G and T, whose k-mers are [UNK]");
    }
  }
}

void check_labels(const GueData& data) {
  std::set<int> labels;
  for (const auto& example : data.train.examples) labels.insert(example.label);
  if (labels.size() < 2) {
    throw DataError(data.train.path.string() + ": a single label; two or more classes are needed");
  }
  for (const auto* table : {&data.dev, &data.test}) {
    for (const auto& example : table->examples) {
      if (labels.contains(example.label)) continue;
      throw DataError(table->path.string() + ": label " + std::to_string(example.label) +
                      ", which no row of train has; is it the file of another set?");
    }
  }
}

}  // namespace

SharedRows count_shared(const LabelledTable& first, const LabelledTable& second) {
  const auto known = sequences_of(first);
  SharedRows shared;
  Sequences both;
  for (const auto& example : second.examples) {
    if (!known.contains(example.sequence)) continue;
    ++shared.rows;
    both.insert(example.sequence);
  }
  shared.sequences = both.size();
  return shared;
}

std::size_t count_repeated(const LabelledTable& table) { return table.examples.size() - sequences_of(table).size(); }

std::size_t count_foreign(const LabelledTable& table) {
  return static_cast<std::size_t>(std::count_if(table.examples.begin(), table.examples.end(), [](const auto& example) {
    return example.sequence.find_first_not_of("ACGT") != std::string::npos;
  }));
}

GueData load_gue_data(const GueSet& set, const GueFiles& files) {
  GueData data{
      &set, read_labelled_table(files.train), read_labelled_table(files.dev), read_labelled_table(files.test), 0, {}};
  data.classes = data.train.classes();
  check_labels(data);
  note_shared(data);
  if (const auto repeated = count_repeated(data.train); repeated > 0) {
    data.notes.push_back(number(repeated) + " of " + number(data.train.examples.size()) +
                         " train rows repeat an earlier one");
  }
  note_sizes(data);
  note_letters(data);
  return data;
}

}  // namespace cmgems::tasks
