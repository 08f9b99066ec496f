#include "task_files.h"

#include <algorithm>
#include <charconv>

#include "cmgems/base/error.h"

namespace cmgems::tasks {
namespace {

namespace fs = std::filesystem;

fs::path find_folder(const std::string& task, const std::vector<std::string>& folders, const fs::path& data_folder) {
  for (const auto& parent : {data_folder / "fewshot", data_folder}) {
    for (const auto& name : folders) {
      if (fs::is_directory(parent / name)) return parent / name;
    }
  }
  std::string others;
  for (const auto& name : folders) {
    if (name != task) others += (others.empty() ? " (also accepted: " : ", ") + name;
  }
  throw InputNotFound("task '" + task + "': neither " + (data_folder / "fewshot" / task).string() + " nor " +
                      (data_folder / task).string() + " is a folder" + others + (others.empty() ? "" : ")") +
                      "; put its <N>/train.tsv and test.tsv there or name another data folder");
}

/// Sub-folders named by a number, the largest first.
std::vector<fs::path> pool_folders(const fs::path& folder) {
  std::vector<std::pair<long, fs::path>> found;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    long shots = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), shots);
    const bool number = error == std::errc{} && end == name.data() + name.size() && shots > 0;
    if (number && entry.is_directory()) found.emplace_back(shots, entry.path());
  }
  std::sort(found.rbegin(), found.rend());
  std::vector<fs::path> paths;
  paths.reserve(found.size());
  for (auto& [shots, path] : found) paths.push_back(std::move(path));
  return paths;
}

fs::path only(const std::vector<fs::path>& candidates) {
  if (candidates.size() > 1) {
    throw DataError("both " + candidates[0].string() + " and " + candidates[1].string() +
                    " could be meant; keep one of them in the folder");
  }
  return candidates.empty() ? fs::path{} : candidates.front();
}

/// STEM.tsv or STEM.csv; empty when there is none.
fs::path find_table(const fs::path& folder, const std::string& stem) {
  std::vector<fs::path> found;
  for (const char* extension : {".tsv", ".csv"}) {
    if (fs::is_regular_file(folder / (stem + extension))) found.push_back(folder / (stem + extension));
  }
  return only(found);
}

/// train.tsv|csv, else the only train*.tsv|csv; empty when there is none.
fs::path find_training_file(const fs::path& folder) {
  fs::path plain = find_table(folder, "train");
  if (!plain.empty()) return plain;
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const fs::path& path = entry.path();
    const bool table = path.extension() == ".tsv" || path.extension() == ".csv";
    if (table && path.filename().string().starts_with("train") && entry.is_regular_file()) found.push_back(path);
  }
  std::sort(found.begin(), found.end());
  return only(found);
}

/// test.tsv|csv, else a test set that was published elsewhere: with all data, or repeated in each pool folder.
fs::path find_test_file(const fs::path& folder, const std::vector<fs::path>& pools) {
  fs::path path = find_table(folder, "test");
  if (path.empty()) path = find_table(folder / "full-dataset", "test");
  for (const auto& pool : pools) {
    if (path.empty()) path = find_table(pool, "dev");
  }
  return path;
}

}  // namespace

TaskFiles find_task_files(const std::string& task, const std::vector<std::string>& folders,
                          const fs::path& data_folder) {
  const fs::path folder = find_folder(task, folders, data_folder);
  const auto pools = pool_folders(folder);
  TaskFiles files;
  for (const auto& pool : pools) {
    if (files.pool.empty()) files.pool = find_training_file(pool);
  }
  if (files.pool.empty()) {
    throw InputNotFound("task '" + task + "': no training rows, expected " + (folder / "<N>" / "train.tsv").string() +
                        " (or .csv) with <N> rows per class");
  }
  files.test = find_test_file(folder, pools);
  if (files.test.empty()) {
    throw InputNotFound("task '" + task + "': no test rows, expected " + (folder / "test.tsv").string() +
                        " (or .csv, or dev.tsv beside the training rows); get the file from the task's authors");
  }
  return files;
}

}  // namespace cmgems::tasks
