// Folders that tests use: a temporary one that removes itself, the source tree, and the optional real data.
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace cmgems::test {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "cmgems-test-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder can be made at " + pattern);
    path_ = pattern;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }
  /// Writes a file into the folder and returns its path.
  std::filesystem::path write(const std::string& name, const std::string& content) const {
    const auto file = path_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << content;
    return file;
  }

 private:
  std::filesystem::path path_;
};

/// The checkout that the tests were built from.
std::filesystem::path source_folder();

/// Real genomes and tasks ($CMGEMS_TEST_DATA, else ../shared/data beside the checkout); empty when absent.
inline std::filesystem::path real_data() {
  if (const char* folder = std::getenv("CMGEMS_TEST_DATA")) return folder;
  const auto beside = source_folder().parent_path() / "shared" / "data";
  return std::filesystem::exists(beside) ? beside : std::filesystem::path{};
}

}  // namespace cmgems::test
