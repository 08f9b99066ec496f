// The few-shot tasks of GeneMask and CM-GEMS: N training rows per class drawn by seed from the largest pool that is
// there, one test set, ten runs.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cmgems/tasks/labelled_table.h"

namespace cmgems::tasks {

struct TaskData {
  std::string name;
  LabelledTable pool;  // training rows to draw from
  LabelledTable test;
  int classes = 0;
  std::vector<std::string> notes;        // what a user should know: overlap of test and pool, pool used
  std::vector<std::string> labels = {};  // names of the classes; none when they are numbers
  std::optional<LabelledTable> dev = {};
};

/// Names accepted by load_task: prom-core, prom-300, cohn-enh, splice-40, sil-300, synthetic (and upstream aliases).
std::vector<std::string> known_tasks();

/// Looks for the task's files under `data_folder` (D/fewshot/TASK, D/TASK; <N>/train.tsv|csv of the largest N, else the
/// only <N>/train*.tsv|csv; test.tsv|csv, full-dataset/test.tsv|csv or <N>/dev.tsv|csv); `synthetic` needs no files and
/// has seed 1.
/// Throws: UsageError (unknown task, with the known ones), InputNotFound (what was looked for, where, what to do),
/// DataError.
TaskData load_task(const std::string& name, const std::filesystem::path& data_folder);

/// Rows of `pool` drawn for one run: `shots` per class (0 = every row), without replacement, in shuffled order.
/// Pure function of (pool, shots, seed). Throws: DataError when a class has fewer rows than `shots`.
std::vector<std::size_t> draw_shots(const LabelledTable& pool, int classes, int shots, std::uint64_t seed);

/// What a user should know about draws of this size: a sentence when every draw holds the same rows (so that the
/// deviation is over seeds only), else empty.
std::string draw_note(const LabelledTable& pool, int classes, int shots);

/// The built-in task, 27 bases a row: the chain of the synthetic genome, without its motifs (label 1), or independent
/// bases of the same composition (label 0). Short enough that a model of smoke.json knows every position.
TaskData synthetic_task(std::uint64_t seed);

}  // namespace cmgems::tasks
