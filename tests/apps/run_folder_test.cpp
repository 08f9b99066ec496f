#include "../../apps/run_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <thread>

#include "../../apps/run_record.h"
#include "cmgems/base/atomic_file.h"
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
  test::FaultyDisk disk({test::Call::open, 1, EACCES, test::Part::none, true});
  const ReplacedFileSystem replaced(disk);
  CHECK(apps::run_in_use(run.path()));
  CHECK_THROWS_AS(RunFolder(run.path()), IoError);
}

TEST_CASE("a run that goes on keeps the command lines of before", "[apps]") {
  const test::TemporaryFolder run;
  const auto file = run.path() / "run.json";
  const auto write = [&](const std::vector<std::string>& words) {
    apps::write_run_record(file, {words, {}, false, nullptr}, {}, {"pretrain", {}, {}, 42, 0, false});
    return nlohmann::json::parse(read_file(file));
  };
  const nlohmann::json first{"cmgems", "pretrain", "--out", "a"}, second{"cmgems", "pretrain", "--resume", "a"};
  CHECK_FALSE(write(first).contains("earlier_command_lines"));
  CHECK_FALSE(write(first).contains("earlier_command_lines"));  // once more in the same session
  auto record = write(second);
  CHECK(record["command_line"] == second);
  CHECK(record["earlier_command_lines"] == nlohmann::json::array({first}));
  record = write({"cmgems", "pretrain", "--resume", "a", "--extend-to", "9"});
  CHECK(record["earlier_command_lines"] == nlohmann::json::array({first, second}));
  run.write("run.json", "{");
  CHECK_FALSE(write(first).contains("earlier_command_lines"));
}
