// A rank that dies, stops or fails ends the others, names itself, and leaves a run to continue.
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "ranks.h"

using namespace cmgems::test;
using nlohmann::json;

namespace {

int number(const std::string& text) { return std::atoi(text.c_str()); }

/// Every checkpoint that is listed can be used.
void check_whole(const Program& program, const std::string& run) {
  const auto list = program.run("checkpoint verify " + run);
  INFO(list.out << list.err);
  CHECK(list.code == 0);
}

}  // namespace

TEST_CASE("a killed rank ends the others within five seconds", "[ranks][fault]") {
  const Program program;
  const int kills = std::getenv("CMGEMS_KILLS") != nullptr ? number(std::getenv("CMGEMS_KILLS")) : 2;
  for (int i = 0; i < kills; ++i) {
    const std::string victim = i % 2 == 0 ? "1" : "0", survivor = i % 2 == 0 ? "0" : "1";
    const std::string run = "run" + std::to_string(i);
    const auto ended =
        program.shell(two_ranks(long_run(run)) + until(run + "/checkpoint-25") + "sleep 0." +
                      std::to_string(i * 37 % 100 + 100).substr(1) + "; since=$(date +%s%3N); kill -9 $p" + victim +
                      "; wait $p" + survivor + "; code=$?; " + note_time("time") + "wait $p" + victim + "; exit $code");
    INFO(program.read("err" + survivor));
    CHECK(ended.code == 74);
    CHECK(number(program.read("time")) < 5000);
    CHECK_THAT(program.read("err" + survivor),
               Catch::Contains("cmgems: rank " + victim) && Catch::Contains(" ended without a word"));
    check_whole(program, run);
  }
}

// Milliseconds: six times the timeout of a second, and what the program takes to start.
#ifdef __SANITIZE_ADDRESS__
constexpr int kNeverCame = 15000;
#else
constexpr int kNeverCame = 8000;
#endif

TEST_CASE("a rank that is killed while the ranks find each other ends the others", "[ranks][fault]") {
  const Program program;
  // Before its first words, while it joins, while it loads, at its first steps.
  int moment = 0;
  for (const std::string after : {"0.02", "0.3", "0.5", "0.8"}) {
    const std::string victim = ++moment % 2 == 0 ? "0" : "1", survivor = moment % 2 == 0 ? "1" : "0";
    const std::string run = "run" + std::to_string(moment);
    const auto ended = program.shell(two_ranks(long_run(run) + "--set compute.rank_timeout=1") + "sleep " + after +
                                     "; since=$(date +%s%3N); kill -9 $p" + victim + "; wait $p" + survivor +
                                     "; code=$?; " + note_time("time") + "wait $p" + victim + "; exit $code");
    INFO(after << " s: " << program.read("err" + survivor));
    CHECK(ended.code == 74);
    CHECK(number(program.read("time")) < kNeverCame);
    const auto again = program.run("launch -n 2 -- " + tiny(run) + "--overwrite");
    INFO(again.err);
    CHECK(again.code == 0);
  }
}

TEST_CASE("a rank that is killed inside a save leaves the checkpoint before it", "[ranks][fault]") {
  const Program program;
  REQUIRE(program.run("launch -n 2 -- " + long_run("whole") + "--set train.max_steps=400").code == 0);
  const auto ended =
      program.shell(two_ranks(long_run("run") + "--set train.max_steps=400") + until("run/checkpoint-25") +
                    "until ls run | grep -q 'checkpoint-.*[.]tmp-'; do kill -0 $p0 || exit 9; done; "
                    "since=$(date +%s%3N); kill -9 $p0; wait $p1; code=$?; " +
                    note_time("time") + "wait $p0; exit $code");
  INFO(program.read("err1"));
  REQUIRE(ended.code == 74);
  CHECK(number(program.read("time")) < 5000);
  check_whole(program, "run");
  const auto resumed = program.run("launch -n 2 -- pretrain --resume run");
  INFO(resumed.err);
  REQUIRE(resumed.code == 0);
  for (const std::string file : {"/model/model.safetensors", "/metrics.jsonl"}) {
    CHECK(program.read("run" + file) == program.read("whole" + file));
  }
}

TEST_CASE("an exception in a step of one rank ends the others with its sentence", "[ranks][fault]") {
#ifdef __SANITIZE_ADDRESS__
  CMGEMS_SKIP("the address sanitizer itself does not survive without another page");
#endif
  const Program program;
  // From one step to the next rank 1 may not map another page.
  const auto ended = program.shell(two_ranks(long_run("run")) + until("run/checkpoint-25") +
                                   "since=$(date +%s%3N); prlimit --pid $p1 --as=1; wait $p0; code=$?; " +
                                   note_time("time") + "wait $p1; echo $? >code1; exit $code");
  INFO(program.read("err0") + program.read("err1"));
  CHECK(ended.code == number(program.read("code1")));
  CHECK(number(program.read("time")) < 5000);
  CHECK_THAT(program.read("err0"), Catch::Contains("cmgems: rank 1 on ") && Catch::Contains(" failed: "));
  check_whole(program, "run");
}

TEST_CASE("a stopped rank ends the others at the timeout", "[ranks][fault]") {
  const Program program;
  const auto ended =
      program.shell(two_ranks(long_run("run") + "--set compute.rank_timeout=2") + until("run/checkpoint-25") +
                    "since=$(date +%s%3N); kill -STOP $p1; wait $p0; code=$?; " + note_time("time") +
                    "kill -CONT $p1; wait $p1; echo $? >code1; exit $code");
  INFO(program.read("err0"));
  CHECK(ended.code == 74);
  CHECK(number(program.read("time")) >= 1400);  // its last sign of life is up to half a second older
  CHECK(number(program.read("time")) < 5000);
  CHECK_THAT(program.read("err0"), Catch::Contains("rank 1 on ") && Catch::Contains("has been silent for 2 s"));
  CHECK(number(program.read("code1")) == 74);  // it found the others gone
  check_whole(program, "run");
}

TEST_CASE("a rank that fails gives the others its sentence and its code", "[ranks][fault]") {
  const Program program;
  program.write("elsewhere/nothing", "");
  program.write("g.fa", ">a\n" + std::string(3000, 'A') + "\n");
  const auto port = std::to_string(free_port());
  // The other rank finds no genome where the first one has it.
  const std::string start = "env -u CMGEMS_DATA WORLD_SIZE=2 MASTER_PORT=" + port + " ";
  const auto ended =
      program.shell("(sleep 0.2; exec " + start + "RANK=1 '" + CMGEMS_PROGRAM + "' perplexity --model " +
                    "nothing g.fa) 2>err1 & p1=$!; " + start + "RANK=0 '" + CMGEMS_PROGRAM +
                    "' perplexity --model nothing g.fa 2>err0; code=$?; wait $p1; echo $? >code1; exit $code");
  CHECK(ended.code == 66);
  CHECK(number(program.read("code1")) == 66);
}

TEST_CASE("a signal to one rank saves the same step on all", "[ranks][fault]") {
  const Program program;
  REQUIRE(program.run("launch -n 2 -- " + long_run("whole") + "--set train.max_steps=400").code == 0);
  const auto ended =
      program.shell(two_ranks(long_run("run") + "--set train.max_steps=400") + until("run/checkpoint-25") +
                    "kill -TERM $p1; wait $p0; code=$?; wait $p1; echo $? >code1; exit $code");
  INFO(program.read("err0") + program.read("err1"));
  CHECK(ended.code == 75);
  CHECK(number(program.read("code1")) == 75);
  CHECK_THAT(program.read("err0"), Catch::Contains("stopped by SIGTERM after step "));
  const auto newest = json::parse(program.run("checkpoint list --json run").out)["checkpoints"][0]["step"].get<int>();
  CHECK_THAT(program.read("err0"), Catch::Contains("after step " + std::to_string(newest) + " of 400"));
  const auto resumed = program.run("launch -n 2 -- pretrain --resume run");
  INFO(resumed.err);
  REQUIRE(resumed.code == 0);
  for (const std::string file : {"/model/model.safetensors", "/metrics.jsonl"}) {
    CHECK(program.read("run" + file) == program.read("whole" + file));
  }
}

TEST_CASE("torchrun begins anew from the newest checkpoint by itself", "[ranks][fault]") {
  const Program program;
  if (!has_torchrun(program)) CMGEMS_SKIP("no torchrun that runs was found");
  const std::string arguments = long_run("run") + "--set train.max_steps=400 --set train.save_steps=100 --resume auto";
  REQUIRE(program.run("launch -n 2 -- " + long_run("whole") + "--set train.max_steps=400").code == 0);
  // The first time round rank 1 is killed behind its first checkpoint. torchrun makes one $ of two.
  const auto restarted =
      program.shell("env -u CMGEMS_DATA '" CMGEMS_TORCHRUN
                    "' --standalone --no-python --nproc-per-node 2 --max-restarts 1 sh -c "
                    "'[ $RANK$TORCHELASTIC_RESTART_COUNT = 10 ] && { read p rest </proc/self/stat; (" +
                    until("run/checkpoint-100") + "kill -9 $p) & }; exec " + CMGEMS_PROGRAM + " " + arguments + "'");
  INFO(restarted.err);
  REQUIRE(restarted.code == 0);
  CHECK_THAT(restarted.err, Catch::Contains("restart 1"));
  for (const std::string file : {"/model/model.safetensors", "/metrics.jsonl"}) {
    CHECK(program.read("run" + file) == program.read("whole" + file));
  }
}
