// Where the files of a few-shot task lie under a data folder. Private to this layer.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace cmgems::tasks {

struct TaskFiles {
  std::filesystem::path pool;
  std::filesystem::path test;
};

/// Looks for one of `folders` in D/fewshot, then in D; in it for the training file of the largest <N> and for the test.
/// Throws: InputNotFound (what is expected where), DataError (several candidates for one file).
TaskFiles find_task_files(const std::string& task, const std::vector<std::string>& folders,
                          const std::filesystem::path& data_folder);

}  // namespace cmgems::tasks
