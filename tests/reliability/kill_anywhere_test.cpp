// kill -9 at random moments, many of them inside a save: the run that goes on ends with the bytes of one that was never
// touched. 20 kills; CMGEMS_KILLS=200 build/dev/tests/reliability/reliability "[kill]" for more.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <thread>

#include "cmgems/base/file_system.h"
#include "cmgems/base/random.h"
#include "program.h"

using namespace cmgems;
namespace fs = std::filesystem;

namespace {

const std::vector<std::string> kRun{"pretrain", "--quiet",
                                    "--config", "smoke.json",
                                    "--resume", "auto",
                                    "--set",    "synthetic.length=60000",
                                    "--set",    "train.max_steps=600",
                                    "--set",    "train.eval_steps=30",
                                    "--set",    "train.save_steps=7",
                                    "--set",    "train.warmup_steps=5",
                                    "--set",    "train.validation_windows=20",
                                    "--set",    "train.windows_per_step=8",
                                    "--set",    "model.hidden_size=32",
                                    "--set",    "model.intermediate_size=32",
                                    "--set",    "model.hidden_dropout_prob=0.1",
                                    "--set",    "compute.threads=1",
                                    "--set",    "curriculum.switch_at_step=200"};

/// The program in its own process, its words in a file.
pid_t start(const fs::path& folder, const std::string& run) {
  std::vector<std::string> words{CMGEMS_PROGRAM};
  words.insert(words.end(), kRun.begin(), kRun.end());
  words.insert(words.end(), {"--out", run});
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const auto log = (folder / "log").string();
  std::fflush(stdout);  // the child would write it again
  const pid_t child = ::fork();
  if (child == 0) {
    if (::chdir(folder.c_str()) != 0 || std::freopen(log.c_str(), "a", stderr) == nullptr ||
        std::freopen("/dev/null", "w", stdout) == nullptr) {
      ::_exit(1);
    }
    ::execv(CMGEMS_PROGRAM, arguments.data());
    ::_exit(1);
  }
  return child;
}

/// A checkpoint in the making by this process; an earlier one may have left some.
bool inside_save(const fs::path& run, pid_t child) {
  const std::string end = ".tmp-" + std::to_string(child);
  for (const auto& left : leftovers_in(run)) {
    const auto name = left.path.filename().string();
    if (name.starts_with("checkpoint-") && name.ends_with(end)) return true;
  }
  return false;
}

bool ended(pid_t child, int& status) { return ::waitpid(child, &status, WNOHANG) == child; }

void pause(std::uint32_t microseconds) { std::this_thread::sleep_for(std::chrono::microseconds(microseconds)); }

enum class End { killed, killed_inside_save, finished, failed };

/// Lets it run for up to a second, or up to a moment within one of the next saves, then kills it.
End run_and_kill(const fs::path& folder, const std::string& run, RandomStream& random, bool aim) {
  const pid_t child = start(folder, run);
  const auto path = folder / run;
  const std::uint32_t saves = random.below(12), moment = random.below(2500), any = random.below(1'200'000);
  int status = 0;
  bool over = false;
  const auto wait_for = [&](bool wanted) {
    while (!over && inside_save(path, child) != wanted) {
      pause(100);
      over = ended(child, status);
    }
  };
  if (aim) {
    for (std::uint32_t i = 0; i < saves; ++i) {
      wait_for(true);
      wait_for(false);
    }
    wait_for(true);
    pause(moment);
  } else {
    pause(any);
  }
  if (!over) {
    ::kill(child, SIGKILL);
    ::waitpid(child, &status, 0);
  }
  if (WIFEXITED(status)) return WEXITSTATUS(status) == 0 ? End::finished : End::failed;
  return inside_save(path, child) ? End::killed_inside_save : End::killed;
}

bool finish(const fs::path& folder, const std::string& run) {
  int status = 0;
  ::waitpid(start(folder, run), &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

std::string result(const fs::path& run) {
  std::vector<fs::path> files{run / "metrics.jsonl", run / "trainer_state.json", run / "npmi.tsv"};
  for (const char* part : {"model", "checkpoint-600"}) {
    for (const auto& entry : fs::directory_iterator(run / part)) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::string all;
  for (const auto& file : files) all += file.lexically_relative(run).string() + "\n" + test::content(file) + "\n";
  return all;
}

}  // namespace

TEST_CASE("kill -9 anywhere, and the run ends with the bytes of one that was never touched", "[kill]") {
  const test::TemporaryFolder folder;
  const char* wanted = std::getenv("CMGEMS_KILLS");
  const int kills = wanted != nullptr ? std::atoi(wanted) : 20;
  REQUIRE(finish(folder.path(), "whole"));
  const auto whole = result(folder.path() / "whole");
  RandomStream random(2024, Purpose::synthetic);
  int killed = 0, inside = 0, runs = 1;
  const auto name = [&] { return "run" + std::to_string(runs); };
  while (killed < kills) {
    const End end = run_and_kill(folder.path(), name(), random, killed % 2 == 0);
    INFO("after " << killed << " kills, " << name() << ": " << test::content(folder.path() / "log"));
    REQUIRE(end != End::failed);
    if (end == End::finished) {
      REQUIRE(result(folder.path() / name()) == whole);
      ++runs;
      continue;
    }
    ++killed;
    inside += end == End::killed_inside_save ? 1 : 0;
  }
  REQUIRE(finish(folder.path(), name()));
  CHECK(result(folder.path() / name()) == whole);
  std::cout << killed << " kills, " << inside << " inside a save, " << runs << " runs\n";
  CHECK(10 * inside >= 3 * killed);
}
