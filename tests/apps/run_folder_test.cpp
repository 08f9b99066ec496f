#include "../../apps/run_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <thread>

#include "support/catch.h"
#include "support/faulty_disk.h"

using namespace cmgems;
using namespace std::chrono_literals;
using apps::FolderInUse;
using apps::RunFolder;

TEST_CASE("who looks at a lock for a moment keeps nobody from a run", "[apps]") {
  const test::TemporaryFolder run;
  const auto lock = run.write("LOCK", "");
  const int other = ::open(lock.c_str(), O_RDWR);
  REQUIRE(::flock(other, LOCK_EX | LOCK_NB) == 0);
  CHECK(apps::run_in_use(run.path()));
  CHECK_THROWS_AS(RunFolder(run.path()), FolderInUse);
  std::thread soon([other] {
    std::this_thread::sleep_for(200ms);
    ::close(other);
  });
  CHECK_NOTHROW(RunFolder(run.path()));
  soon.join();
  CHECK_FALSE(apps::run_in_use(run.path()));
}

TEST_CASE("a run whose lock cannot be opened is somebody else's", "[apps]") {
  const test::TemporaryFolder run;
  run.write("LOCK", "");
  test::FaultyDisk disk({test::Call::open, 1, EACCES, false, true});
  const ReplacedFileSystem replaced(disk);
  CHECK(apps::run_in_use(run.path()));
  CHECK_THROWS_AS(RunFolder(run.path()), IoError);
}
