// Results on stdout, nothing else there; logs on stderr.
#include <nlohmann/json.hpp>

#include "program.h"

using cmgems::test::Program;
using nlohmann::json;

TEST_CASE("help and version", "[cli]") {
  const Program program;
  const auto version = program.run("--version");
  CHECK(version.code == 0);
  CHECK_THAT(version.out, Catch::Contains("cmgems 0.") && Catch::Contains("LibTorch 2.") && Catch::Contains("CUDA: ") &&
                              Catch::Contains("build: "));
  for (const std::string command : {"pretrain", "finetune", "npmi build", "npmi show", "mask", "doctor"}) {
    INFO(command);
    const auto help = program.run(command + " --help");
    CHECK(help.code == 0);
    CHECK_THAT(help.out, Catch::Contains("Example"));
    CHECK_THAT(help.out, Catch::Contains("--json"));
    CHECK(help.err.empty());
  }
}

TEST_CASE("a mask is drawn under its sequence", "[cli]") {
  const Program program;
  const std::string sequence = "ACGTTGCATATAAAAGGCACGTCCAGTTGACCATATTGCA";
  const auto drawn = program.run("mask --strategy global " + sequence);
  REQUIRE(drawn.code == 0);
  // 40 bases, 35 tokens: one PMI span of at most 11 tokens, so 6 hidden bases when it is not at an edge
  CHECK_THAT(drawn.out, Catch::Contains("       1  " + sequence + "\n"));
  CHECK_THAT(drawn.out, Catch::Contains("of 35 tokens masked"));
  CHECK_THAT(drawn.out, Catch::Contains("1 spans, of these 1 PMI spans, 0 tokens masked twice"));
  const auto again = json::parse(program.run("mask --json --strategy global " + sequence).out);
  CHECK(again["tokens"] == 35);
  const auto masked = again["masked"].get<std::vector<int>>();
  REQUIRE_FALSE(masked.empty());
  CHECK(masked.size() <= 11);
  CHECK(masked.back() - masked.front() + 1 == static_cast<int>(masked.size()));
}

TEST_CASE("the seed decides a drawn mask", "[cli]") {
  const Program program;
  std::string sequence;
  for (int i = 0; i < 30; ++i) sequence += "ACGGTTCATG";
  const auto draw = [&](const std::string& seed) {
    return json::parse(program.run("mask --json --strategy random -k 3 --seed " + seed + " " + sequence).out)["masked"];
  };
  CHECK(draw("1") == draw("1"));
  CHECK(draw("1") != draw("2"));
}

TEST_CASE("mask statistics come near the share that is aimed at", "[cli]") {
  const Program program;
  std::string text = ">c\n";
  std::uint32_t state = 3;
  for (int i = 0; i < 60000; ++i) {
    state = state * 1664525U + 1013904223U;
    text += "ACGT"[state >> 30];
  }
  program.write("g.fa", text + "\n");
  const auto random = json::parse(program.run("mask --json --stats --strategy random g.fa").out);
  CHECK(random["windows"] == 117);  // 60000 / 515 = 116.5
  CHECK(random["tokens"] == 117 * 510 - (117 * 515 - 60000));
  CHECK(random["masked_share"].get<double>() == Approx(0.14).margin(0.02));
  CHECK(random["pmi_spans_per_window"] == 0);
  CHECK(random["masked_npmi"].is_null());
  const auto genemask = json::parse(program.run("mask --json --stats --strategy genemask g.fa").out);
  CHECK(genemask["masked_share"].get<double>() == Approx(0.14).margin(0.02));
  CHECK(genemask["pmi_spans_per_window"].get<double>() > 2);
  CHECK(genemask["masked_npmi"].is_number());
}

TEST_CASE("an NPMI table is built and shown", "[cli]") {
  const Program program;
  const auto built = program.run("npmi build --json -k 3 --genome builtin:synthetic --out t.tsv");
  REQUIRE(built.code == 0);
  const auto summary = json::parse(built.out);
  CHECK(summary["k"] == 3);
  CHECK(summary["kmers"] == 64);
  CHECK(summary["scored"] == 64);
  CHECK(summary["bases"] == 2000000);
  const auto shown = program.run("npmi show t.tsv --top 2");
  CHECK(shown.code == 0);
  CHECK_THAT(shown.out,
             Catch::Contains("64 of 64 k-mers have a score") && Catch::Contains("best") && Catch::Contains("worst"));
  const auto human = json::parse(program.run("npmi show --json builtin:human-6mer").out);
  CHECK(human["negative_pmi"] == 3808);
  CHECK(human["best"].size() == 20);
}

TEST_CASE("a short genome warns about k-mers without a score", "[cli]") {
  const Program program;
  program.write("s.fa", ">s\nACGTACGTTGCATGCATTTGCA\n");
  const auto built = program.run("npmi build -k 6 --genome s.fa --out t.tsv");
  CHECK(built.code == 0);
  CHECK_THAT(built.err, Catch::Contains("only 0 of 4,096 k-mers have an NPMI score"));
}

TEST_CASE("doctor says what is there and what is missing", "[cli]") {
  const Program program;
  const auto report = program.run("doctor");
  CHECK(report.code == 0);
  CHECK_THAT(report.out, Catch::Contains("ok       LibTorch"));
  CHECK_THAT(report.out, Catch::Contains("missing  data folder"));
  CHECK_THAT(report.out, Catch::Contains("ok       task synthetic"));
  CHECK_THAT(report.out, Catch::Contains("missing  task prom-core"));
  CHECK(json::parse(program.run("doctor --json").out)["findings"].size() > 5);
}

TEST_CASE("a result that cannot be written is an error, help and version too", "[cli]") {
  for (const std::string arguments : {"npmi show builtin:human-6mer", "--help", "finetune --help", "--version"}) {
    INFO(arguments);
    const std::string command = std::string("'") + CMGEMS_PROGRAM + "' " + arguments + " >/dev/full 2>/dev/null";
    CHECK(WEXITSTATUS(std::system(command.c_str())) == 74);
  }
}
