// cmgems launch: what it gives its ranks, what it passes on, and that nothing outlives it.
#include <thread>
#include <utility>

#include "ranks.h"

using namespace cmgems::test;

TEST_CASE("launch gives its ranks torchrun's variables", "[launch]") {
  const Program program;
  const auto told = program.run("launch -n 2 -- sh -c 'echo $RANK/$WORLD_SIZE $LOCAL_RANK $MASTER_ADDR; echo e >&2'");
  CHECK(told.code == 0);
  CHECK_THAT(told.out, Catch::Contains("0/2 0 127.0.0.1\n") && Catch::Contains("[1] 1/2 1 127.0.0.1\n"));
  CHECK_THAT(told.err, Catch::Contains("[0] e\n") && Catch::Contains("[1] e\n"));
  const auto host = program.run(
      "launch -n 2 --hosts 3 --host 1 --address node0 --port 4000 --no-prefix -- sh -c 'echo $RANK $WORLD_SIZE "
      "$MASTER_ADDR $MASTER_PORT'");
  CHECK_THAT(host.out, Catch::Contains("2 6 node0 4000\n") && Catch::Contains("3 6 node0 4000\n"));
}

TEST_CASE("the ranks of one launch share a name that no other launch has", "[launch]") {
  const Program program;
  const std::string name = "--no-prefix -- sh -c 'echo $TORCHELASTIC_RUN_ID >name$RANK'";
  std::string before;
  for (int i = 0; i < 2; ++i) {
    CHECK(program.run("launch -n 2 " + name, "TORCHELASTIC_RUN_ID=outer").code == 0);
    const auto first = program.read("name0");
    CHECK_THAT(first, Catch::Matches("[0-9]+-[0-9]+\n"));
    CHECK(program.read("name1") == first);
    CHECK(first != std::exchange(before, first));
  }
  // On several hosts it could not be the same.
  program.run("launch -n 1 --hosts 2 --host 0 --port 4000 " + name);
  CHECK(program.read("name0") == "\n");
}

TEST_CASE("launch returns the first failing code and ends the others", "[launch]") {
  const Program program;
  const auto failed = program.run("launch -n 3 -- sh -c '[ $RANK = 1 ] && exit 65; exec sleep 600'");
  CHECK(failed.code == 65);
  CHECK_THAT(failed.err, Catch::Contains("rank 1 ended with code 65"));
  const auto killed = program.run("launch -n 2 -- sh -c '[ $RANK = 1 ] && kill -9 $$; exec sleep 600'");
  CHECK(killed.code == 137);
  CHECK_THAT(killed.err, Catch::Contains("rank 1 was ended by signal 9"));
  const auto deaf = program.run(
      "launch -n 2 --grace 1 -- sh -c 'trap \"\" TERM; [ $RANK = 1 ] && exit 3; while :; do sleep 1; done'");
  CHECK(deaf.code == 3);
}

TEST_CASE("launch passes signals on and leaves no process", "[launch]") {
  const Program program;
  const auto ended = program.shell(
      "'" + std::string(CMGEMS_PROGRAM) +
      "' launch -n 2 -- sh -c 'trap \"echo told; exit 75\" TERM; echo $$ >pid$RANK; while :; do sleep 0.1; done' & "
      "pid=$!; " +
      until("pid0") + until("pid1") + "kill -TERM $pid; wait $pid");
  CHECK(ended.code == 75);
  CHECK_THAT(ended.out, Catch::Contains("told\n") && Catch::Contains("[1] told\n"));
  const auto orphans = program.shell(
      "'" + std::string(CMGEMS_PROGRAM) + "' launch -n 2 -- sh -c 'echo $$ >own$RANK; exec sleep 600' & pid=$!; " +
      until("own0") + until("own1") +
      // One that ended stays as a zombie where nobody waits for orphans.
      "kill -9 $pid; sleep 0.5; for r in 0 1; do grep -s '^State:' /proc/$(cat own$r)/status | grep -v Z; done; true");
  CHECK(orphans.out.empty());
}

TEST_CASE("launch binds ranks to processors", "[launch]") {
  const Program program;
  const auto bound = program.run("launch -n 2 --cpu-bind -- sh -c 'grep Cpus_allowed_list /proc/self/status'");
  CHECK(bound.code == 0);
  const auto first = bound.out.find("Cpus_allowed_list"), second = bound.out.rfind("Cpus_allowed_list");
  if (std::thread::hardware_concurrency() < 2) CMGEMS_SKIP("this machine has one processor");
  const auto line = [&](std::size_t at) { return bound.out.substr(at, bound.out.find('\n', at) - at); };
  CHECK(line(first) != line(second));
}

TEST_CASE("wrong uses of launch are told", "[launch]") {
  const Program program;
  CHECK(program.run("launch -n 2").code == 64);
  CHECK(program.run("launch -n 2 --hosts 2 -- true").code == 64);
  CHECK(program.run("launch -n 2 -- launch -n 2 -- true").code == 64);
  CHECK(program.run("launch -- true").code == 64);
  const auto none = program.run("launch -n 1 -- no-such-program");
  CHECK(none.code == 127);
  CHECK_THAT(none.err, Catch::Contains("cannot run no-such-program"));
}
