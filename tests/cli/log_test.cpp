// What goes to stderr: progress, estimates, and how much of it.
#include "program.h"

using cmgems::test::kTiny;
using cmgems::test::Outcome;
using cmgems::test::Program;

namespace {

const std::string kTinyFinetune =
    "finetune --config smoke.json --task synthetic --shots 5 --runs 2 --model random --set model.hidden_size=32"
    " --set model.intermediate_size=32 --set compute.threads=1 --set finetune.epochs=12 --out tuned ";

/// What a terminal shows of stderr; util-linux's `script` gives the program one.
std::string on_terminal(const Program& program, const std::string& arguments, const std::string& environment = "") {
  program.write("command", environment + " '" + CMGEMS_PROGRAM + "' " + arguments + " >/dev/null\n");
  return program.shell("script -qec 'sh command' /dev/null </dev/null").out;
}

}  // namespace

TEST_CASE("fine-tuning estimates its time after the first steps", "[cli]") {
  const Program program;
  const auto run = program.run(kTinyFinetune);  // 12 epochs of 2 batches; the model and the random encoder beside it
  INFO(run.err);
  REQUIRE(run.code == 0);
  CHECK_THAT(run.err, Catch::Contains("estimate: 2 runs of 2 times 24 steps in about") &&
                          Catch::Contains("without scoring 1,000 test rows after each") &&
                          Catch::Contains("memory so far"));
}

TEST_CASE("a terminal shows runs, steps and the time left, in colours unless NO_COLOR is set", "[cli]") {
  const Program program;
  if (program.shell("command -v script").code != 0) CMGEMS_SKIP("util-linux's script is not here");
  const auto shown = on_terminal(program, kTinyFinetune, "TERM=xterm NO_COLOR=");
  INFO(shown);
  CHECK_THAT(shown, Catch::Contains("\rrun 1/2  ") && Catch::Contains("  left 0:"));
  CHECK_THAT(shown, Catch::Contains("\x1b[32m"));  // the level of a log line
  const auto plain = on_terminal(program, kTinyFinetune + "--overwrite", "TERM=xterm NO_COLOR=1");
  CHECK_THAT(plain, Catch::Contains("\rrun 1/2  ") && !Catch::Contains("\x1b[32m"));
  CHECK_THAT(on_terminal(program, kTinyFinetune + "--overwrite --quiet"), !Catch::Contains("run 1/2"));
}

TEST_CASE("quiet says nothing, verbose says what was read and how long it took", "[cli]") {
  const Program program;
  const auto quiet = program.run("pretrain --quiet --out quiet" + kTiny);
  CHECK(quiet.code == 0);
  CHECK_THAT(quiet.err, !Catch::Contains(" I "));  // warnings are not held back
  CHECK(program.run(kTinyFinetune + "--quiet").err.empty());

  const auto normal = program.run("pretrain --out normal" + kTiny),
             verbose = program.run("pretrain --verbose --out v" + kTiny);
  for (const std::string part : {"smoke.json", "--set train.max_steps=60", "genome read in ", "NPMI table ready in ",
                                 "model made in ", "first step after "}) {
    INFO(part);
    CHECK_THAT(normal.err, !Catch::Contains(part));
    CHECK_THAT(verbose.err, Catch::Contains(part));
  }
  const auto tuned = program.run(kTinyFinetune + "--verbose --overwrite");
  CHECK_THAT(tuned.err,
             Catch::Contains("test set: 1,000 rows of 27 to 27 bases from builtin:synthetic") &&
                 Catch::Contains("model: k=4, 2 layers of 32, 512 positions; read, and all rows tokenized, in "));
}
