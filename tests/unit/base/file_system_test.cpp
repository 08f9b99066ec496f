#include "cmgems/base/file_system.h"

#include <algorithm>

#include "cmgems/base/atomic_file.h"
#include "cmgems/base/error.h"
#include "support/catch.h"
#include "support/faulty_disk.h"
#include "support/thrown.h"

using namespace cmgems;
using test::Call;
using test::FaultyDisk;
using test::Part;
namespace fs = std::filesystem;

namespace {

const std::string kLarge(200'000, 'x');  // large enough that room is reserved

}  // namespace

TEST_CASE("whatever call fails, a file is the old one or the new one, whole", "[base]") {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "a";
  const auto replace = [&] { write_file_atomic(path, kLarge); };
  const auto faults = test::all_faults(replace);
  CHECK(faults.size() >= 2 * 7);  // open twice, reserve, write, fsync twice, close twice, rename
  for (const auto& fault : faults) {
    write_file_atomic(path, "old");
    FaultyDisk disk(fault);
    std::string message;
    {
      const ReplacedFileSystem replaced(disk);
      message = test::message_of<IoError>(replace);
    }
    INFO(static_cast<int>(fault.call) << " " << fault.k << " " << fault.error << ": " << message);
    const auto content = read_file(path);
    CHECK((content == "old" || content == kLarge));
    if (content == "old") CHECK_THAT(message, Catch::Contains("; check the free space and the permissions"));
    CHECK(leftovers_in(folder.path()).empty());
  }
}

TEST_CASE("whatever call fails, a file whose head is rewritten is the old one or the new one, whole", "[base]") {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "a";
  const auto replace = [&] {
    AtomicFile file(path);
    file.append("head and tail");
    file.overwrite(0, "HE");
    file.overwrite(2, "AD");
    file.commit();
  };
  const auto faults = test::all_faults(replace);
  CHECK(std::count_if(faults.begin(), faults.end(), [](const auto& one) { return one.call == Call::write_at; }) == 4);
  for (const auto& fault : faults) {
    write_file_atomic(path, "old");
    FaultyDisk disk(fault);
    std::string message;
    {
      const ReplacedFileSystem replaced(disk);
      message = test::message_of<IoError>(replace);
    }
    INFO(static_cast<int>(fault.call) << " " << fault.k << " " << fault.error << ": " << message);
    const auto content = read_file(path);
    CHECK((content == "old" || content == "HEAD and tail"));
    CHECK(leftovers_in(folder.path()).empty());
  }
}

TEST_CASE("a write that takes a part of the bytes is followed by one of the rest", "[base]") {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "a";
  for (const auto& [call, k] :
       {std::pair{Call::write, 1}, {Call::write, 2}, {Call::write_at, 1}, {Call::write_at, 2}}) {
    FaultyDisk disk({call, k, 0, Part::half_only});
    {
      const ReplacedFileSystem replaced(disk);
      AtomicFile file(path);
      file.append("one two three");
      file.append(" four five");
      file.overwrite(4, "TWO");
      file.overwrite(14, "FOUR");
      file.commit();
    }
    INFO(static_cast<int>(call) << " " << k);
    CHECK(disk.count(call) == 3);
    CHECK(read_file(path) == "one TWO three FOUR five");
  }
}

TEST_CASE("whatever call fails, a folder is the old one or the new one, whole", "[base]") {
  const test::TemporaryFolder folder;
  const auto target = folder.path() / "model";
  const auto fill = [&] {
    write_folder_atomic(target, [](const fs::path& inside) {
      write_file_atomic(inside / "a", "new");
      write_file_atomic(inside / "b", "new");
    });
  };
  const auto state = [&] {
    if (!fs::exists(target / "a") || !fs::exists(target / "b")) return std::string("half");
    return read_file(target / "a") + read_file(target / "b");
  };
  const auto any = [](const fs::path&) { return true; };
  folder.write("model/a", "old");
  for (const auto& fault : test::all_faults_and_deaths(fill)) {
    remove_tree(target);
    folder.write("model/a", "old");
    folder.write("model/b", "old");
    FaultyDisk disk(fault);
    {
      const ReplacedFileSystem replaced(disk);
      test::message_of<IoError>(fill);
    }
    settle_leftovers(folder.path(), any, any);
    INFO(static_cast<int>(fault.call) << " " << fault.k << " " << fault.error << " " << fault.exchanges);
    CHECK((state() == "oldold" || state() == "newnew"));
    CHECK(leftovers_in(folder.path()).empty());
  }
}

TEST_CASE("what was put aside comes back when it is whole and nothing took its place", "[base]") {
  const test::TemporaryFolder folder;
  for (const char* name : {"a.old-1", "b.old-1", "b", "c.old-1", "c.tmp-2", "notes.old-20240101"}) {
    folder.write(name, name);
  }
  const auto removed = settle_leftovers(
      folder.path(), [](const fs::path& target) { return target.filename() != "notes"; },
      [](const fs::path& path) { return path.filename() != "c.old-1"; });
  CHECK(removed.size() == 3);
  CHECK(read_file(folder.path() / "a") == "a.old-1");
  CHECK(read_file(folder.path() / "b") == "b");
  CHECK_FALSE(fs::exists(folder.path() / "c"));
  REQUIRE(leftovers_in(folder.path()).size() == 1);
  CHECK(leftovers_in(folder.path())[0].target == folder.path() / "notes");
}

TEST_CASE("the reason and the path are told", "[base]") {
  const test::TemporaryFolder folder;
  FaultyDisk disk({Call::write, 1, ENOSPC, Part::none, true});
  const ReplacedFileSystem replaced(disk);
  CHECK_THAT(test::message_of<IoError>([&] { write_file_atomic(folder.path() / "a", "x"); }),
             Catch::StartsWith("cannot write " + (folder.path() / "a.tmp-").string()) &&
                 Catch::Contains(": No space left on device; check the free space"));
}

TEST_CASE("leftovers are names with a process behind them", "[base]") {
  const test::TemporaryFolder folder;
  for (const char* name : {"a.tmp-12", "b.old-3", "c.tmp-", "d.tmp-1x", "tmp-12", ".tmp-12", "e"})
    folder.write(name, "");
  const auto found = leftovers_in(folder.path());
  REQUIRE(found.size() == 2);
  CHECK(found[0].path.filename() == "a.tmp-12");
  CHECK(found[1].path.filename() == "b.old-3");
}

TEST_CASE("addresses are refused, paths are not", "[base]") {
  for (const std::string address : {"https://example.org/hg38.fa", "s3://bucket/x", "http://[::1]/x", "ftp://h/x"}) {
    INFO(address);
    CHECK_THAT(test::message_of<UsageError>([&] { refuse_address(address); }),
               Catch::StartsWith(address) && Catch::Contains("cmgems downloads nothing"));
    CHECK_THROWS_AS(read_file(address), UsageError);
  }
  for (const std::string path : {"a/b", "builtin:synthetic", "C:/x", "://x", "a b://c", ""}) {
    INFO(path);
    CHECK_NOTHROW(refuse_address(path));
  }
}
