#include "cmgems/base/atomic_file.h"

#include "cmgems/base/error.h"
#include "support/catch.h"

using namespace cmgems;
namespace fs = std::filesystem;

TEST_CASE("write_file_atomic replaces a file and leaves nothing beside it", "[base]") {
  test::TemporaryFolder folder;
  const auto path = folder.write("a.txt", "old");
  write_file_atomic(path, "new content");
  CHECK(read_file(path) == "new content");
  CHECK(std::distance(fs::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("write_file_atomic into a folder that is not there is an IoError", "[base]") {
  test::TemporaryFolder folder;
  CHECK_THROWS_AS(write_file_atomic(folder.path() / "no" / "a.txt", "x"), IoError);
}

TEST_CASE("check_output_file refuses what could not be written, and changes nothing", "[base]") {
  test::TemporaryFolder folder;
  const auto file = folder.write("a.txt", "old");
  check_output_file(file);
  check_output_file(folder.path() / "new.txt");
  check_output_file(folder.path() / "not" / "yet" / "new.txt");  // the folders can be made
  CHECK(read_file(file) == "old");
  CHECK(std::distance(fs::directory_iterator(folder.path()), {}) == 1);

  CHECK_THROWS_WITH(check_output_file(folder.path()), folder.path().string() + " is a folder: name a file within it");
  CHECK_THROWS_AS(check_output_file(folder.path() / "later" / ""), UsageError);
  CHECK_THROWS_WITH(check_output_file(file / "b.txt"), file.string() + " is a file, a folder was expected");
  CHECK_THROWS_WITH(check_output_file("/dev/null"), "/dev/null is no plain file, which it would be replaced by");
  CHECK_THROWS_AS(check_output_file(folder.path() / std::string(300, 'n')), IoError);
}

TEST_CASE("a file that grows appears when it is whole, its head rewritten, or not at all", "[base]") {
  test::TemporaryFolder folder;
  const auto path = folder.path() / "a.bin";
  {
    AtomicFile file(path);
    file.append("head");
    file.append(" and tail");
    CHECK_FALSE(fs::exists(path));
    file.overwrite(1, "AN");
    file.commit();
  }
  CHECK(read_file(path) == "hANd and tail");
  { AtomicFile(folder.path() / "b.bin").append("half"); }
  CHECK(std::distance(fs::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("write_folder_atomic keeps the old folder when filling fails", "[base]") {
  test::TemporaryFolder folder;
  folder.write("model/weights", "old");
  const auto target = folder.path() / "model";
  CHECK_THROWS_AS(write_folder_atomic(target,
                                      [](const fs::path& path) {
                                        write_file_atomic(path / "weights", "half");
                                        throw IoError("disk full");
                                      }),
                  IoError);
  CHECK(read_file(target / "weights") == "old");
  CHECK(std::distance(fs::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("write_folder_atomic replaces the whole folder", "[base]") {
  test::TemporaryFolder folder;
  folder.write("model/stale", "old");
  write_folder_atomic(folder.path() / "model",
                      [](const fs::path& path) { write_file_atomic(path / "weights", "new"); });
  CHECK(read_file(folder.path() / "model" / "weights") == "new");
  CHECK_FALSE(fs::exists(folder.path() / "model" / "stale"));
}

TEST_CASE("reading a missing file says which", "[base]") {
  CHECK_THROWS_WITH(read_file("/no/such/file"), "no such file: /no/such/file");
}

TEST_CASE("a file that cannot be looked at is no missing one", "[base]") {
  test::TemporaryFolder folder;
  fs::create_symlink("loop", folder.path() / "loop");
  CHECK_THROWS_AS(read_file(folder.path() / "loop"), IoError);
}

TEST_CASE("an empty file reads as nothing", "[base]") {
  test::TemporaryFolder folder;
  CHECK(read_file(folder.write("empty", "")).empty());
}
