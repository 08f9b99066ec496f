// The rows of one GUE set, with what a reader should know about them. Nothing is dropped or moved.
#pragma once

#include <string>
#include <vector>

#include "cmgems/tasks/gue.h"
#include "cmgems/tasks/labelled_table.h"

namespace cmgems::tasks {

struct GueData {
  const GueSet* set;
  LabelledTable train, dev, test;
  int classes;                     // of the training rows
  std::vector<std::string> notes;  // sentences: shared and repeated rows, sizes that differ, foreign letters
};

/// Throws: as read_labelled_table does; DataError (a single training label, labels that no training row has).
GueData load_gue_data(const GueSet& set, const GueFiles& files);

struct SharedRows {
  std::size_t sequences = 0;  // distinct ones that both tables have
  std::size_t rows = 0;       // of the second table that hold one of them
};
SharedRows count_shared(const LabelledTable& first, const LabelledTable& second);

/// Rows whose sequence an earlier row has.
std::size_t count_repeated(const LabelledTable& table);

/// Rows with a letter other than A, C, G and T.
std::size_t count_foreign(const LabelledTable& table);

}  // namespace cmgems::tasks
