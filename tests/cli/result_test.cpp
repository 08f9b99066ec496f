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
  for (const std::string command : {"pretrain", "finetune", "npmi build", "npmi show", "bench count", "mask", "doctor"}) {
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

TEST_CASE("files, regions and strands of a counted genome", "[cli]") {
  const Program program;
  program.write("a.fa", ">a\nACGTACGTTGCANNN\n");
  program.write("b.fa", ">b\nGGATTACA\n");
  program.write("both.fa", ">a\nACGTACGTTGCANNN\n>b\nGGATTACA\n");
  program.write("left.fa", ">x\nACGTAC\n>y\nCA\n>z\nGGATTACA\n");
  program.write("out.bed", "a\t6\t10\n");
  // T=0 C=1 A=2 G=3: GGAT TACA is 11 11 10 00, 00 10 01 10
  program.write("b.2bit", std::string("\x43\x27\x41\x1a\0\0\0\0\1\0\0\0\0\0\0\0\1b\x16\0\0\0", 22) +
                              std::string("\x08\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xf8\x26", 18));
  const auto build = [&](const std::string& arguments) {
    const auto run = program.run("npmi build --json --quiet -k 3 --out t.tsv --genome " + arguments);
    INFO(run.err);
    REQUIRE(run.code == 0);
    return std::pair(json::parse(run.out), program.read("t.tsv"));
  };
  const auto [summary, table] = build("both.fa");
  CHECK(summary["bases"] == 20);
  CHECK(build("a.fa b.fa").second == table);
  CHECK(build("a.fa b.2bit --threads 3").second == table);
  CHECK(build("both.fa --min-count 2").second != table);
  CHECK(build("both.fa --exclude out.bed").second == build("left.fa").second);
  CHECK(build("both.fa --exclude out.bed").first["bases"] == 16);
  CHECK_THAT(build("both.fa --both-strands").second, Catch::Contains("TGT\t1\t"));  // ACA turned round
  CHECK_THAT(table, Catch::Contains("TGT\t0\t"));
  // Pretraining sees what is left, too.
  program.write("synthetic.bed", "synthetic\t0\t30000\n");
  const auto dry = [&](const std::string& more) {
    return json::parse(
        program.run("pretrain --json --dry-run --config smoke.json --set synthetic.length=60000" + more).out);
  };
  const auto whole = dry("")["training_windows"].get<double>();
  CHECK(dry(" --set data.include=synthetic.bed")["training_windows"].get<double>() == Approx(whole / 2).epsilon(0.1));
}

TEST_CASE("the bench of counting reports every input", "[cli]") {
  const Program program;
  const auto bench = program.run("bench count --json --bases 100000 -k 4");
  REQUIRE(bench.code == 0);
  const auto results = json::parse(bench.out)["results"];
  REQUIRE(results.size() == 6);
  for (const auto& result : results) {
    CHECK(result["bases"] == 100000);
    CHECK(result["mbases_per_second"].get<double>() > 0);
  }
  program.write("g.fa", ">g\nACGTACGTNACGT\n");
  const auto file = json::parse(program.run("bench count --json --quiet --threads 1 --file g.fa").out)["results"];
  REQUIRE(file.size() == 1);
  CHECK(file[0]["bases"] == 12);
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
