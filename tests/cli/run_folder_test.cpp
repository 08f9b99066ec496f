// Run folders: complete, never silently reused, locked while in use.
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "program.h"

using cmgems::test::kTiny;
using cmgems::test::Program;

TEST_CASE("a run folder that is not empty is refused without --overwrite", "[cli]") {
  const Program program;
  program.write("run/notes.txt", "mine");
  const auto refused = program.run("pretrain --out run" + kTiny);
  CHECK(refused.code == 64);
  CHECK_THAT(refused.err, Catch::Contains("the folder run is not empty") && Catch::Contains("--overwrite"));
  CHECK_FALSE(program.has("run/LOCK"));

  const auto foreign = program.run("pretrain --overwrite --out run" + kTiny);
  CHECK(foreign.code == 64);
  CHECK_THAT(foreign.err, Catch::Contains("holds no run (run.json)"));

  program.write("run/metrics.jsonl", "old\n");
  program.write("run/run.json", "{}");
  REQUIRE(program.run("pretrain --overwrite --quiet --out run" + kTiny).code == 0);
  CHECK(program.read("run/notes.txt") == "mine");
  CHECK_THAT(program.read("run/metrics.jsonl"), !Catch::Contains("old"));
}

TEST_CASE("a second process on one folder is refused", "[cli]") {
  const Program program;
  program.write("run/LOCK", "");
  const int lock = ::open((program.folder.path() / "run" / "LOCK").c_str(), O_RDWR);
  REQUIRE(::flock(lock, LOCK_EX | LOCK_NB) == 0);
  const auto refused = program.run("pretrain --overwrite --out run" + kTiny);
  CHECK(refused.code == 64);
  CHECK_THAT(refused.err, Catch::Contains("is in use by another cmgems process"));
  ::close(lock);
  CHECK(program.run("pretrain --quiet --out run" + kTiny).code == 0);
}

TEST_CASE("fine-tuning never replaces the model that it reads", "[cli]") {
  const Program program;
  REQUIRE(program.run("pretrain --quiet --out run" + kTiny).code == 0);
  const auto refused = program.run("finetune --task synthetic --model run --out run --overwrite");
  CHECK(refused.code == 64);
  CHECK_THAT(refused.err, Catch::Contains("holds the model that finetune starts from"));
  CHECK(program.has("run/model/model.safetensors"));
}

TEST_CASE("a file where a run folder is wanted is refused", "[cli]") {
  const Program program;
  program.write("file", "x");
  const auto refused = program.run("pretrain --out file" + kTiny);
  CHECK(refused.code == 64);
  CHECK_THAT(refused.err, Catch::Contains("--out file is a file: name a folder"));
}

TEST_CASE("a dry run writes nothing", "[cli]") {
  const Program program;
  const auto dry = program.run("pretrain --dry-run" + kTiny);
  CHECK(dry.code == 0);
  CHECK_THAT(dry.out, Catch::Contains("would train 60 steps of 8 windows"));
  CHECK_FALSE(program.has("runs"));
}

TEST_CASE("an earlier run is not replaced before the inputs have proven good", "[cli]") {
  const Program program;
  program.write("run/run.json", "{}");
  program.write("run/metrics.jsonl", "old\n");
  program.write("run/model/config.json", "old");
  const auto unharmed = [&] {
    return program.read("run/metrics.jsonl") == "old\n" && program.read("run/model/config.json") == "old" &&
           program.read("run/run.json") == "{}";
  };
  program.write("short.fa", ">s\nACGTACGTTGCATGCATTTGCA\n");
  CHECK(program.run("pretrain --overwrite --out run --genome short.fa" + kTiny).code == 65);
  CHECK(unharmed());

  program.write("few.tsv", "sequence\tlabel\nACGTACGA\t0\nACGTACGT\t1\n");
  const auto tuned =
      program.run("finetune --train few.tsv --test few.tsv --shots 2 --model random --overwrite --out run");
  CHECK(tuned.code == 65);
  CHECK_THAT(tuned.err, Catch::Contains("ask for fewer shots"));
  CHECK(unharmed());
  CHECK(program.run("pretrain --out fresh --genome short.fa" + kTiny).code == 65);
  CHECK_FALSE(program.has("fresh"));
}

TEST_CASE("a full disk ends a pretraining with one sentence and without half a model", "[cli]") {
  const Program program;
  // A limit on the size of a file stands for the disk: the table (12 kB) fits, the weights (161 kB) do not. The signal
  // that would come with it is ignored, so that the write fails as on a full disk.
  const auto full = program.shell("trap '' XFSZ; ulimit -f 64; '" + std::string(CMGEMS_PROGRAM) +
                                  "' pretrain --quiet --out run --set train.save_steps=10" + kTiny);
  CHECK(full.code == 74);
  CHECK(full.out.empty());
  CHECK_THAT(full.err, Catch::Contains("could not be saved: ") && Catch::Contains("training goes on"));
  const auto last = full.err.rfind('\n', full.err.size() - 2) + 1;  // warnings come before it
  CHECK_THAT(full.err.substr(last), Catch::StartsWith("cmgems: cannot ") && Catch::Contains(" run/checkpoint-") &&
                                        Catch::Contains("check the free space and the permissions of the folder"));
  CHECK(program.has("run/npmi.tsv"));
  for (const auto& entry : std::filesystem::directory_iterator(program.folder.path() / "run")) {
    const auto name = entry.path().filename().string();
    CHECK_THAT(name, !Catch::StartsWith("model") && !Catch::StartsWith("checkpoint"));
  }
  CHECK_THAT(program.read("run/run.json"), Catch::Contains("\"finished\": false"));
}
