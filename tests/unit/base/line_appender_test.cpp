#include "cmgems/base/line_appender.h"

#include "cmgems/base/atomic_file.h"
#include "cmgems/base/error.h"
#include "support/catch.h"
#include "support/faulty_disk.h"

using namespace cmgems;
using test::Call;
using test::FaultyDisk;
namespace fs = std::filesystem;

TEST_CASE("a line appender adds whole lines after those that were there", "[base]") {
  const test::TemporaryFolder folder;
  const auto path = folder.write("log", "one\nhalf a li");
  LineAppender(path).append("two");
  CHECK(read_file(path) == "one\ntwo\n");
  const auto torn = folder.write("torn", std::string(100'000, 'x'));
  LineAppender(torn).append("one");
  CHECK(read_file(torn) == "one\n");
}

TEST_CASE("a line that does not fit waits, and goes first", "[base]") {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "log";
  LineAppender log(path);
  log.append("first");
  {
    FaultyDisk disk({Call::write, 1, ENOSPC, test::Part::half, true});
    const ReplacedFileSystem replaced(disk);
    CHECK_THROWS_AS(log.append("second"), IoError);
    CHECK_THROWS_AS(log.append("third"), IoError);
  }
  CHECK(read_file(path) == "first\n");
  CHECK(log.size() == 6);
  CHECK(log.waiting() == std::deque<std::string>{"second", "third"});
  log.append("fourth");
  CHECK(read_file(path) == "first\nsecond\nthird\nfourth\n");
  CHECK(log.waiting().empty());
}

TEST_CASE("half a line that could not be taken back is taken back later", "[base]") {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "log";
  LineAppender log(path);
  log.append("first");
  struct Stuck final : FileSystem {  // writes a half, and then nothing works
    std::int64_t write(int descriptor, const void* bytes, std::size_t count) override {
      if (written++ == 0) return FileSystem::write(descriptor, bytes, count / 2);
      return errno = ENOSPC, -1;
    }
    int truncate(int, std::uint64_t) override { return errno = EIO, -1; }
    int written = 0;
  } disk;
  {
    const ReplacedFileSystem replaced(disk);
    CHECK_THROWS_AS(log.append("second"), IoError);
  }
  CHECK(read_file(path) == "first\nsec");
  log.flush();
  CHECK(read_file(path) == "first\nsecond\n");
}

TEST_CASE("a file that could not be opened is opened later", "[base]") {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "later" / "log";
  LineAppender log(path);
  CHECK_THROWS_AS(log.append("first"), IoError);
  fs::create_directory(folder.path() / "later");
  log.append("second");
  CHECK(read_file(path) == "first\nsecond\n");
}

TEST_CASE("a log is cut to what was there before it goes on, or goes on from less", "[base]") {
  const test::TemporaryFolder folder;
  const auto path = folder.write("log", "first\nsecond\nhal");
  LineAppender(path, 6, {"waited"}).append("third");
  CHECK(read_file(path) == "first\nwaited\nthird\n");
  const auto shorter = folder.write("shorter", "first\nsec");
  LineAppender log(shorter, 100, {});
  log.flush();
  CHECK(log.size() == 6);
  CHECK(read_file(shorter) == "first\n");
  LineAppender gone(folder.path() / "gone", 100, {});
  gone.append("third");
  CHECK(read_file(folder.path() / "gone") == "third\n");
}
