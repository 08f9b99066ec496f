#include "../../apps/event_log.h"

#include "../../apps/event_files.h"
#include "cmgems/base/atomic_file.h"
#include "support/catch.h"
#include "support/faulty_disk.h"

using namespace cmgems;
using test::Call;
using test::FaultyDisk;
namespace fs = std::filesystem;

namespace {

const config::Config kConfig;

/// A run of 200 steps on a disk on which a call fails in those from `from` to before `to`.
class LoggedRun {
 public:
  LoggedRun(const fs::path& run, int from, int to, Call call = Call::write)
      : run_(run), from_(from), to_(to), call_(call) {}

  void go(std::int64_t first, std::int64_t last, const fs::path& checkpoint = {}) {
    apps::EventLog log(apps::event_files(run_, kConfig));
    at(first, [&] { log.on_start({100, 10, 1000, first, checkpoint}); });
    for (std::int64_t step = first + 1; step <= last; ++step) {
      at(step, [&] {
        log.on_step({step, 200, 1.0 / static_cast<double>(step), 1e-3, 0.5, 10, 0, {}, {}});
        if (step % 20 == 0) log.on_eval({step, 2.0, 7.4, 30, "random", 0, {}});
      });
    }
    saved_ = log.save();
  }
  /// What a checkpoint would hold.
  fs::path save(const std::string& name) const {
    for (const auto& file : saved_) {
      fs::create_directories(run_ / name);
      write_file_atomic(run_ / name / file.name, file.content);
    }
    return run_ / name;
  }
  std::string metrics() const { return read_file(run_ / "metrics.jsonl"); }

 private:
  template <class Action>
  void at(std::int64_t step, const Action& action) const {
    FaultyDisk disk({call_, step >= from_ && step < to_ ? 1 : 0, ENOSPC, test::Part::half, true});
    const ReplacedFileSystem replaced(disk);
    action();
  }
  fs::path run_;
  int from_, to_;
  Call call_;
  std::vector<train::SavedFile> saved_;
};

std::string undisturbed() {
  const test::TemporaryFolder folder;
  LoggedRun run(folder.path(), 0, 0);
  run.go(0, 200);
  return run.metrics();
}

}  // namespace

TEST_CASE("a disk that was full for a while costs no line of a log", "[apps]") {
  const test::TemporaryFolder folder;
  LoggedRun run(folder.path(), 60, 130);
  run.go(0, 200);
  CHECK(run.metrics() == undisturbed());
}

TEST_CASE("a log that could not even be created is written later", "[apps]") {
  const test::TemporaryFolder folder;
  LoggedRun run(folder.path(), 0, 70, Call::open);
  run.go(0, 200);
  CHECK(run.metrics() == undisturbed());
}

TEST_CASE("lines that wait are saved, and a run that continues writes them", "[apps]") {
  const test::TemporaryFolder folder;
  LoggedRun full(folder.path(), 60, 1000);
  full.go(0, 110);
  const auto checkpoint = full.save("saved");
  LoggedRun free(folder.path(), 0, 0);
  free.go(110, 150, checkpoint);
  free.go(110, 200, checkpoint);  // killed at 150, from there once more
  CHECK(free.metrics() == undisturbed());
}

TEST_CASE("a log that was deleted or cut does not keep a run from continuing", "[apps]") {
  const test::TemporaryFolder folder;
  LoggedRun run(folder.path(), 0, 0);
  run.go(0, 100);
  const auto checkpoint = run.save("saved");
  const auto before = run.metrics();
  fs::resize_file(folder.path() / "metrics.jsonl", before.size() - 5);
  run.go(100, 200, checkpoint);
  const auto whole = undisturbed();
  const auto lines_lost = before.substr(before.rfind('\n', before.size() - 2) + 1).size();
  CHECK(run.metrics() == whole.substr(0, before.size() - lines_lost) + whole.substr(before.size()));
  fs::remove(folder.path() / "metrics.jsonl");
  run.go(100, 200, checkpoint);
  CHECK(run.metrics() == whole.substr(before.size()));
}
