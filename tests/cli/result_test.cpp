// Results on stdout, nothing else there; logs on stderr.
#include <nlohmann/json.hpp>
#include <numeric>
#include <regex>

#include "program.h"

using cmgems::test::Program;
using nlohmann::json;

TEST_CASE("help and version", "[cli]") {
  const Program program;
  const auto version = program.run("--version");
  CHECK(version.code == 0);
  CHECK_THAT(version.out, Catch::Contains("cmgems 0.") && Catch::Contains("LibTorch 2.") && Catch::Contains("CUDA: ") &&
                              Catch::Contains("build: "));
  for (const std::string command :
       {"pretrain",        "finetune",          "predict",          "embed",       "perplexity",  "variants",
        "npmi build",      "npmi show",         "npmi compare",     "npmi motifs", "bench count", "bench infer",
        "bench mask",      "bench parts",       "bench train",      "mask",        "import",      "doctor",
        "checkpoint list", "checkpoint verify", "checkpoint prune", "reproduce",   "sweep",       "compare",
        "report",          "task build"}) {
    INFO(command);
    const auto help = program.run(command + " --help");
    CHECK(help.code == 0);
    CHECK_THAT(help.out, Catch::Contains("Example"));
    CHECK_THAT(help.out, Catch::Contains("--json"));
    CHECK(help.err.empty());
  }
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
  CHECK(human["negative_pmi_token_share"].get<double>() == Approx(0.85).margin(0.005));
  CHECK(human["unscored_share"] == 0);
  CHECK(human["best"].size() == 20);
  const auto bins = human["histogram"]["counts"].get<std::vector<int>>();
  CHECK(std::accumulate(bins.begin(), bins.end(), 0) == 4096);
}

TEST_CASE("the distribution of scores is plotted", "[cli]") {
  const Program program;
  REQUIRE(program.run("npmi show builtin:human-6mer --plot .").code == 64);  // a folder
  REQUIRE(program.run("npmi show builtin:human-6mer --plot plots/scores.svg --json").code == 0);
  const auto picture = program.read("plots/scores.svg");
  std::size_t bars = 0;
  for (auto at = picture.find("<rect"); at != std::string::npos; at = picture.find("<rect", at + 1)) ++bars;
  CHECK(bars == 21);  // the ground and twenty bins
  CHECK_THAT(picture, Catch::Contains(">builtin:human-6mer: k-mers by NPMI</text>"));
}

TEST_CASE("a name may ask for a definition", "[cli]") {
  const Program program;
  REQUIRE(program.run("npmi build -k 3 --genome builtin:synthetic --out t.tsv").code == 0);
  CHECK(json::parse(program.run("npmi show --json t.tsv@genemask-release").out)["definition"] == "genemask-release");
  CHECK(json::parse(program.run("npmi show --json builtin:human-6mer@paper").out)["definition"] == "paper");
}

TEST_CASE("two NPMI tables are compared", "[cli]") {
  const Program program;
  const std::string tables = "builtin:human-6mer builtin:human-6mer@genemask-release";
  const auto result = json::parse(program.run("npmi compare --json " + tables).out);
  CHECK(result["scored_in_both"] == 4096);
  CHECK(result["spearman"].get<double>() == Approx(0.89).margin(0.005));
  CHECK(result["top_overlap"] == 299);
  CHECK(result["moves"].size() == 10);
  const auto text = program.run("npmi compare --top 100 " + tables);
  CHECK(text.code == 0);
  CHECK_THAT(text.out, Catch::Contains("best 100 in common") && Catch::Contains("Spearman"));
  REQUIRE(program.run("npmi build -k 3 --genome builtin:synthetic --out three.tsv").code == 0);
  const auto refused = program.run("npmi compare builtin:human-6mer three.tsv");
  CHECK(refused.code == 65);
  CHECK_THAT(refused.err, Catch::Contains("6-mers and 3-mers"));
}

TEST_CASE("motifs of the best k-mers", "[cli]") {
  const Program program;
  const std::string head = "MEME version 4\n\nMOTIF M1 poly-CCTCCC\nletter-probability matrix: w= 6\n";
  const std::string c = "0 1 0 0\n", t = "0 0 0 1\n";
  program.write("m.meme", head + c + c + t + c + c + c + "MOTIF M2 TCGCGA\nletter-probability matrix: w= 6\n" + t + c +
                              "0 0 1 0\n" + c + "0 0 1 0\n1 0 0 0\n");
  const std::string command = "npmi motifs builtin:human-6mer@genemask-release --meme m.meme --match-p 0.001";
  const auto result = json::parse(program.run(command + " --json").out);
  CHECK(result["words"] == 2080);
  REQUIRE(result["rows"].size() == 2);
  CHECK(result["rows"][0]["id"] == "M1");  // CCTCCC is the best k-mer of that table, TCGCGA the worst
  CHECK(result["rows"][0]["matches"] == 1);
  CHECK(result["rows"][0]["best"] == 1);
  CHECK(result["rows"][1]["best"] == 0);
  CHECK(result["rows"][1]["p"] == 1);
  CHECK_THAT(program.run(command).out, Catch::Contains("CCTCCC") && Catch::Contains("odds ratio"));
  CHECK(program.run("npmi motifs builtin:human-6mer --meme none.meme").code == 66);
  CHECK(program.run("npmi motifs builtin:human-6mer --meme m.meme --top 4000").code == 64);
}

TEST_CASE("numbers of rows are not negative", "[cli]") {
  const Program program;
  for (const std::string arguments :
       {"npmi show builtin:human-6mer --top -1", "npmi compare builtin:human-6mer builtin:human-6mer --top -1",
        "npmi motifs builtin:human-6mer --meme m.meme --top -1",
        "npmi motifs builtin:human-6mer --meme m.meme --rows -1",
        "npmi motifs builtin:human-6mer --meme m.meme --seed -1"}) {
    INFO(arguments);
    const auto refused = program.run(arguments);
    CHECK(refused.code == 64);
    CHECK(refused.out.empty());
    CHECK_THAT(refused.err, Catch::Contains("-1"));
  }
  CHECK(program.run("npmi show builtin:human-6mer --top 0").code == 0);
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
  const auto piped = program.shell(std::string("gzip -c both.fa | '") + CMGEMS_PROGRAM +
                                   "' npmi build --quiet -k 3 --out t.tsv --genome /dev/stdin");
  CHECK(piped.code == 0);
  CHECK(program.read("t.tsv") == table);
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

TEST_CASE("the benches of training and inference report rates", "[cli]") {
  const Program program;
  const std::string small = " --json --quiet --windows 2 --seconds 0.01 --set data.max_tokens=30";
  const auto train = program.run("bench train --ablate --steps 1" + small);
  INFO(train.err);
  REQUIRE(train.code == 0);
  const auto result = json::parse(train.out);
  CHECK(result["rows"].size() == 9);
  CHECK(result["rows"][0]["ratio"] == 1.0);
  for (const auto& row : result["rows"]) CHECK(row["tokens_s"].get<double>() > 0);
  CHECK(result["mflop_token"].get<double>() > 1);
  CHECK(std::regex_search(train.out, std::regex("\"tokens_s\": *[0-9.eE+]+")));  // what scripts/gpu-check looks for
  CHECK_FALSE(result.contains("profile"));
  const auto costs = json::parse(program.run("bench train --costs 4 --steps 1" + small).out)["profile"];
  REQUIRE(costs["costs"].size() == 4);
  CHECK(costs["known_share"].get<double>() < 1.001);
  double before = 1, sum = 0;
  for (const auto& cost : costs["costs"]) {
    CHECK(cost["share"].get<double>() <= before);
    CHECK(cost["calls_step"].get<double>() >= 0.2);
    before = cost["share"].get<double>();
    sum += before;
  }
  CHECK(sum <= costs["known_share"].get<double>() + 1e-9);
  const auto infer = program.run("bench infer" + small);
  REQUIRE(infer.code == 0);
  CHECK(json::parse(infer.out)["tokens_s"].get<double>() > 0);
}

TEST_CASE("the bench of a step's parts lists all of them and relates their sum to the step", "[cli]") {
  const Program program;
  const auto run = program.run(
      "bench parts --json --quiet --config logo.json --windows 2 --seconds 0.01 --set data.max_tokens=30 "
      "--set model.num_hidden_layers=3");
  INFO(run.err);
  REQUIRE(run.code == 0);
  const auto result = json::parse(run.out);
  std::map<std::string, int> calls;
  double ms = 0, products_ms = 0;
  for (const auto& part : result["parts"]) {
    calls[part["part"]] = part["calls"];
    CHECK(part["ms"].get<double>() > 0);
    ms += part["ms"].get<double>();
    products_ms += part["products_ms"].get<double>();
  }
  const std::map<std::string, int> expected{{"embeddings", 1},
                                            {"queries, keys, values, outputs", 8},
                                            {"attention", 2},
                                            {"dropout, residual, LayerNorm", 4},
                                            {"feed-forward", 2},
                                            {"last layer: keys, values", 2},
                                            {"last layer: queries, outputs", 2},
                                            {"last layer: attention", 1},
                                            {"last layer: dropout, residual, LayerNorm", 2},
                                            {"last layer: feed-forward", 1},
                                            {"head and loss", 1},
                                            {"clipping, AdamW", 1}};
  CHECK(calls == expected);
  CHECK(result["parts_ms"].get<double>() == Approx(ms));
  CHECK(result["products_ms"].get<double>() == Approx(products_ms));
  CHECK(result["step_ms"].get<double>() ==
        Approx(1000 * result["tokens"].get<double>() / result["tokens_s"].get<double>()));
  // 256 x 256, 256 x 3072 and back on all tokens and on the masked ones, and the head's decoder.
  REQUIRE(result["products"].size() == 7);
  CHECK(result["products"].back()["out"] == 4101);
  CHECK(result["products"].back()["rows"] == result["selected"]);
  // Windows so short that many have no masked token: those are passed over, as in training.
  const auto few = program.run(
      "bench parts --json --quiet --windows 1 --seconds 0.01 --set data.max_tokens=8 --set masking.rate_scale=0.1");
  REQUIRE(few.code == 0);
  CHECK(json::parse(few.out)["selected"].get<int>() > 0);
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
