// Signals to cmgems pretrain: a whole step is saved, nothing is lost, and the run can be continued.
#include <csignal>
#include <nlohmann/json.hpp>

#include "program.h"

using cmgems::test::kTiny;
using cmgems::test::Outcome;
using cmgems::test::Program;
using nlohmann::json;

namespace {

/// Long enough to be caught in the middle; the model stays tiny.
const std::string kLong = kTiny + " --set train.max_steps=4000 --set train.eval_steps=50 --set train.save_steps=25 ";

/// Starts the program, waits for a file, sends signals, and gives its exit code. `by` starts the program itself.
Outcome interrupted(const Program& program, const std::string& arguments, const std::string& file,
                    const std::string& signals, const std::string& by = "") {
  // A shell has SIGINT ignored in its background jobs, nohup SIGHUP, and what is ignored stays so: env undoes that.
  return program.shell("env --default-signal=INT,HUP -u CMGEMS_DATA " + by + " '" + CMGEMS_PROGRAM + "' " + arguments +
                       " & pid=$!; for i in $(seq 2400); do [ -e " + file + " ] && break; sleep 0.05; done; " +
                       signals + "; wait $pid");
}

}  // namespace

TEST_CASE("signals save the last whole step within ten seconds", "[cli]") {
  const Program program;
  for (const std::string signal : {"TERM", "INT", "USR1", "HUP"}) {
    const auto stopped = interrupted(program, "pretrain --out " + signal + kLong, signal + "/checkpoint-25",
                                     "kill -" + signal +
                                         " $pid; for i in $(seq 100); do kill -0 $pid 2>/dev/null || "
                                         "break; sleep 0.1; done; kill -KILL $pid 2>/dev/null");
    INFO(stopped.err);
    CHECK(stopped.code == 75);
    CHECK_THAT(stopped.err, Catch::Contains("stopped by SIG" + signal + " after step "));
    const auto list = json::parse(program.run("checkpoint list --json " + signal).out)["checkpoints"];
    REQUIRE(list.size() >= 2);
    const auto step = std::to_string(list[0]["step"].get<int>());
    CHECK_THAT(stopped.err, Catch::Contains("after step " + step + " of 4000"));
    CHECK_THAT(program.read(signal + "/timing.jsonl"), Catch::Contains("\"event\":\"interrupt\",\"step\":" + step));
  }
}

TEST_CASE("a second signal ends at once", "[cli]") {
  const Program program;
  // Steps of one micro-batch, which takes about two seconds: nobody asks in between. What passes between the signals is
  // not computing time, so that the first step is still the same one; when it begins depends on the machine.
  int code = 75;
  for (const std::string begun : {"0.5", "1", "2", "4"}) {
    code = interrupted(program,
                       "pretrain --out run" + begun + kLong +
                           "--set train.windows_per_step=20000 --set compute.micro_batch_tokens=1000000",
                       "run" + begun + "/metrics.jsonl",
                       "sleep " + begun +
                           "; kill -TERM $pid; sleep 0.1; kill -STOP $pid; sleep 1.2; kill -TERM $pid; kill -CONT $pid")
               .code;
    if (code != 75) break;
  }
  CHECK(code == 128 + SIGTERM);
}

TEST_CASE("timeout, which signals twice, leaves a run to continue", "[cli]") {
  const Program program;
  const auto stopped =
      interrupted(program, "pretrain --out run" + kLong, "run/checkpoint-25", "kill -TERM $pid", "timeout 600");
  INFO(stopped.err);
  CHECK(stopped.code == 75);
  CHECK_THAT(stopped.err, Catch::Contains("stopped by SIGTERM after step "));
}

TEST_CASE("a log whose reader went away does not end a run", "[cli]") {
  const Program program;
  const auto piped = program.shell("env -u CMGEMS_DATA '" + std::string(CMGEMS_PROGRAM) +
                                   "' pretrain --verbose --out run" + kTiny + " 2>&1 | head -1");
  CHECK(std::count(piped.out.begin(), piped.out.end(), '\n') == 1);
  CHECK(program.has("run/model/model.safetensors"));
  CHECK(json::parse(program.read("run/run.json"))["finished"] == true);
}

TEST_CASE("a signal before the first step leaves the run that was to be replaced", "[cli]") {
  const Program program;
  program.write("run/run.json", "{}");
  program.write("run/metrics.jsonl", "old\n");
  // Cutting so many windows takes most of a second at least; it begins when the table is ready.
  const auto ended = program.shell(
      "env -u CMGEMS_DATA '" + std::string(CMGEMS_PROGRAM) + "' pretrain --verbose --overwrite --out run" + kTiny +
      "--set synthetic.length=100000000 2>err & pid=$!; for i in $(seq 600); do grep -q 'NPMI table ready' err && "
      "break; sleep 0.02; done; kill -TERM $pid; wait $pid");
  CHECK(ended.code == 128 + 15);
  CHECK_THAT(program.read("err"), !Catch::Contains("run: run"));
  CHECK(program.read("run/metrics.jsonl") == "old\n");
  CHECK(program.read("run/run.json") == "{}");
}
