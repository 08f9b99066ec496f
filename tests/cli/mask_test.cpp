// cmgems mask: drawings and statistics.
#include <nlohmann/json.hpp>
#include <set>

#include "program.h"

using cmgems::test::Program;
using nlohmann::json;

namespace {

const std::string kSequence = "ACGTTGCATATAAAAGGCACGTCCAGTTGACCATATTGCA";

/// Uniform random bases, one contig.
std::string random_fasta(int bases) {
  std::string text = ">c\n";
  std::uint32_t state = 3;
  for (int i = 0; i < bases; ++i) {
    state = state * 1664525U + 1013904223U;
    text += "ACGT"[state >> 30];
  }
  return text + "\n";
}

}  // namespace

TEST_CASE("a mask is drawn under its sequence", "[cli]") {
  const Program program;
  const auto drawn = program.run("mask --strategy global " + kSequence);
  REQUIRE(drawn.code == 0);
  // 40 bases, 35 tokens: one PMI span of at most 11 tokens, so 6 hidden bases when it is not at an edge
  CHECK_THAT(drawn.out, Catch::Contains("         1  " + kSequence + "\n      NPMI  "));
  CHECK_THAT(drawn.out, Catch::Contains("of 35 tokens masked"));
  CHECK_THAT(drawn.out, Catch::Contains("1 spans, of these 1 PMI spans, 0 tokens masked twice"));
  CHECK(drawn.out.find('\033') == std::string::npos);  // no terminal, no colour
  const auto again = json::parse(program.run("mask --json --strategy global " + kSequence).out);
  CHECK(again["tokens"] == 35);
  CHECK(again["npmi"].size() == 35);
  const auto& global = again["strategies"][0];
  const auto masked = global["masked"].get<std::vector<int>>();
  REQUIRE_FALSE(masked.empty());
  CHECK(masked.size() <= 11);
  CHECK(masked.back() - masked.front() + 1 == static_cast<int>(masked.size()));
  REQUIRE(global["spans"].size() == 1);
  CHECK(global["spans"][0]["rule"] == "pmi");
  CHECK(global["spans"][0]["first"] == masked.front());
  CHECK(global["spans"][0]["last"] == masked.back());
  // the letters of the drawing say the same
  std::string letters(35, '.');
  for (const int position : masked) letters[static_cast<std::size_t>(position)] = 'P';
  CHECK_THAT(drawn.out, Catch::Contains("    global  " + letters + "\n    hidden  "));
}

TEST_CASE("the first sequence of a .2bit file is drawn", "[cli]") {
  const Program program;
  // "b" = GGAnnTACA, with T=0 C=1 A=2 G=3: 11 11 10 00 00 00 10 01 10; then "c" = T
  program.write("b.2bit", std::string("\x43\x27\x41\x1a\0\0\0\0\2\0\0\0\0\0\0\0\1b\x1c\0\0\0\1c\x37\0\0\0", 28) +
                              std::string("\x09\0\0\0\1\0\0\0\3\0\0\0\2\0\0\0\0\0\0\0\0\0\0\0\xf8\x09\x80", 27) +
                              std::string("\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 17));
  const auto run = program.run("mask --json --strategy random -k 3 --npmi from-genome b.2bit");
  INFO(run.err);
  REQUIRE(run.code == 0);
  CHECK(json::parse(run.out)["sequence"] == "GGANNTACA");
  CHECK_THAT(run.err, Catch::Contains("showing the first of 2 records"));
}

TEST_CASE("strategies are drawn side by side", "[cli]") {
  const Program program;
  const auto drawn = program.run("mask --strategy random,genemask,global " + kSequence);
  CHECK(drawn.code == 0);
  for (const std::string name : {"random: ", "genemask: ", "global: "}) CHECK_THAT(drawn.out, Catch::Contains(name));
  const auto all = json::parse(program.run("mask --json --strategy all " + kSequence).out)["strategies"];
  std::multiset<std::string> names;
  for (const auto& one : all) names.insert(one["strategy"].get<std::string>());
  for (const char* known : {"random", "genemask", "global", "pmi-voc"}) CHECK(names.count(known) == 1);
}

TEST_CASE("the seed decides a drawn mask", "[cli]") {
  const Program program;
  std::string sequence;
  for (int i = 0; i < 30; ++i) sequence += "ACGGTTCATG";
  const auto draw = [&](const std::string& seed) {
    const auto result = json::parse(program.run("mask --json --strategy random -k 3" + seed + " " + sequence).out);
    CHECK(result["npmi"].is_null());  // no table at k=3, and random needs none
    return result["strategies"][0]["masked"];
  };
  CHECK(draw("") == draw(" --seed 1"));
  CHECK(draw(" --seed 1") != draw(" --seed 2"));
  CHECK(draw(" --set train.seed=2") == draw(" --seed 2"));
}

TEST_CASE("options of the maskers count in the preview", "[cli]") {
  const Program program;
  std::string repeat;
  for (int i = 0; i < 515; ++i) repeat += "CA"[i % 2];
  const auto masked = [&](const std::string& options) {
    const auto result = json::parse(program.run("mask --json --strategy global " + options + " " + repeat).out);
    return result["strategies"][0]["masked"].size();
  };
  // the best tokens of a repeat are neighbours: seven spans of 11 tokens over each other, or side by side
  CHECK(masked("") < 30);
  CHECK(masked("--set masking.global.overlap=suppress") > 60);
  program.write("c.json", R"({"masking": {"global": {"overlap": "suppress"}}})");
  CHECK(masked("--config c.json") == masked("--set masking.global.overlap=suppress"));
}

TEST_CASE("mask statistics come near the share that is aimed at", "[cli]") {
  const Program program;
  program.write("g.fa", random_fasta(60000));
  const auto result = json::parse(program.run("mask --json --stats --strategy random,genemask g.fa").out);
  REQUIRE(result["strategies"].size() == 2);
  const auto& random = result["strategies"][0];
  const auto& genemask = result["strategies"][1];
  CHECK(random["examples"] == result["windows"]);
  CHECK(random["masked_share"].get<double>() == Approx(0.14).margin(0.02));
  CHECK(random["pmi_spans_per_example"] == 0);
  CHECK(random["spans_per_example"].get<double>() > 5);
  CHECK(random["masked_npmi"].get<double>() == Approx(random["all_npmi"].get<double>()).margin(0.05));
  CHECK(genemask["masked_share"].get<double>() == Approx(0.14).margin(0.02));
  CHECK(genemask["pmi_spans_per_example"].get<double>() > 2);
  CHECK(genemask["masked_npmi"].get<double>() > genemask["all_npmi"].get<double>());
  CHECK(genemask["all_npmi"] == random["all_npmi"]);
  const auto few = program.run("mask --stats --windows 20 --strategy random,genemask g.fa");
  CHECK_THAT(few.out, Catch::Contains("20 of ") && Catch::Contains("random  genemask"));
}

TEST_CASE("mask statistics are those of a training run's log", "[cli]") {
  const Program program;
  REQUIRE(program
              .run("pretrain --out run --set masking.strategy=genemask --set train.max_steps=20 --quiet" +
                   cmgems::test::kTiny + " --set train.max_steps=20")
              .code == 0);
  std::istringstream lines(program.read("run/metrics.jsonl"));
  json logged;
  for (std::string line; std::getline(lines, line);) {
    const auto event = json::parse(line);
    if (event["event"] == "train" && logged.is_null()) logged = event;
  }
  const auto result = json::parse(
      program.run("mask --json --stats --strategy genemask --windows 160 --config run/config.json builtin:synthetic")
          .out);
  const auto& shown = result["strategies"][0];
  INFO(logged.dump() << shown.dump());
  CHECK(shown["examples"] == 160);  // 20 steps of 8 windows
  REQUIRE(logged["masks"].size() == 1);
  CHECK(logged["masks"][0]["masker"] == "genemask");
  for (const std::string key : {"examples", "tokens", "masked_share", "hidden_base_share", "spans_per_example",
                                "pmi_spans_per_example", "masked_twice_share", "masked_npmi", "all_npmi"}) {
    INFO(key);
    REQUIRE(shown[key].is_number());
    CHECK(logged["masks"][0][key].get<double>() == Approx(shown[key].get<double>()).epsilon(1e-9));
  }
}

TEST_CASE("mask statistics of human windows are those of an independent implementation", "[cli]") {
  const auto data = cmgems::test::real_data();
  if (data.empty()) CMGEMS_SKIP("no real data: set CMGEMS_TEST_DATA");
  const Program program;
  const auto run =
      program.run("mask --json --stats --windows 4000 --strategy random,genemask,global --npmi from-genome '" +
                  (data / "genome" / "human_24mb.fa.gz").string() + "'");
  REQUIRE(run.code == 0);
  const auto all = json::parse(run.out)["strategies"];
  const double share[] = {0.142, 0.141, 0.118}, npmi[] = {-0.239, -0.225, -0.099};
  for (std::size_t i = 0; i < 3; ++i) {
    INFO(all[i].dump());
    CHECK(all[i]["masked_share"].get<double>() == Approx(share[i]).margin(0.003));
    CHECK(all[i]["masked_npmi"].get<double>() == Approx(npmi[i]).margin(0.01));
  }
}

TEST_CASE("a schedule is replayed on a recorded curve", "[cli]") {
  const Program program;
  program.write("curve.tsv", "step\tperplexity\n1000\t900\n4000\t300\n4250\t298\n4500\t296\n");
  const std::string replay =
      "mask --trace curve.tsv --schedule logo-small.json --set curriculum.min_steps=4000"
      " --set curriculum.threshold=0.02";
  const auto shown = program.run(replay + " --set curriculum.patience=2");
  INFO(shown.err);
  REQUIRE(shown.code == 0);
  CHECK_THAT(shown.out, Catch::StartsWith("cm-gems: genemask to global when the drop is below 2.00% of the perplexity "
                                          "before 2 times in a row, from step 4000 on\n"));
  CHECK_THAT(shown.out, Catch::Contains("global (switch)") && Catch::Contains("switch              after step 4500"));
  const auto result = json::parse(program.run(replay + " --json").out);
  CHECK(result["switch_step"] == 4250);
  CHECK(result["steps"][2]["switches"] == true);
  CHECK(result["steps"][2]["stalled"] == 1);
  CHECK(result["state"]["history"].size() == 4);
  const auto never = program.run(replay + " --set curriculum.threshold=0.001");
  CHECK_THAT(never.out, Catch::Contains("never on this curve"));
}

TEST_CASE("a replay refuses what it would ignore, and says what", "[cli]") {
  const Program program;
  program.write("curve.tsv", "1 30\n2 29\n");
  const std::string replay = "mask --schedule smoke.json --trace curve.tsv ";
  CHECK(program.run(replay + "--set curriculum.threshold=0.1").code == 0);
  for (const std::string flag : {"--strategy random", "--config smoke.json", "--npmi auto", "-k 4", "--seed 2",
                                 "--stats", "--windows 5", "ACGTACGTACGT"}) {
    const auto run = program.run(replay + flag);
    INFO(flag << ": " << run.err);
    CHECK(run.code == 64);
    CHECK_THAT(run.err, Catch::Contains("--schedule") &&
                            Catch::Contains(flag[0] == '-' ? flag.substr(0, flag.find(' ')) : "input"));
  }
}

TEST_CASE("wrong uses of schedule and trace are errors", "[cli]") {
  const Program program;
  program.write("bad.tsv", "1 30\n2 x\n");
  CHECK(program.run("mask").code == 64);
  CHECK(program.run("mask --schedule smoke.json").code == 64);
  CHECK(program.run("mask --schedule smoke.json --trace none.tsv").code == 66);
  const auto bad = program.run("mask --schedule smoke.json --trace bad.tsv");
  CHECK(bad.code == 65);
  CHECK_THAT(bad.err, Catch::Contains("bad.tsv, line 2: expected a perplexity in column 2"));
  program.write("far.tsv", "1 30\n1000000000000000 29\n");
  const auto far = program.run("mask --schedule smoke.json --set masking.strategy=cm-step --trace far.tsv");
  CHECK(far.code == 65);
  CHECK_THAT(far.err, Catch::Contains("far.tsv, line 2: step 1000000000000000 comes after the last step") &&
                          Catch::Contains("5000"));
}

TEST_CASE("bench mask measures every masker", "[cli]") {
  const Program program;
  const auto run = program.run("bench mask --windows 5 --tokens 100 --repeats 1 --json");
  INFO(run.err);
  REQUIRE(run.code == 0);
  const auto result = json::parse(run.out);
  REQUIRE(result["rows"].size() > 10);
  std::set<std::string> names;
  for (const auto& row : result["rows"]) {
    names.insert(row["masker"].get<std::string>());
    CHECK(row["mtokens_s"].get<double>() > 0);
  }
  for (const char* known : {"random", "genemask", "global", "pmi-voc"}) CHECK(names.count(known) == 1);
}
