// cmgems predict: probabilities of sequences in their order, as a table or one document.
#include <nlohmann/json.hpp>

#include "program.h"

using cmgems::test::kTiny;
using cmgems::test::Program;
using nlohmann::json;

namespace {

/// A pretrained model in run/, a classifier of it in tuned/.
void make_models(const Program& program) {
  REQUIRE(program.run("pretrain --quiet --out run" + kTiny).code == 0);
  program.write("t.tsv", "sequence\tlabel\nACGTACGGTAC\t0\nTTTTGGGACCA\t1\n");
  REQUIRE(program.run("finetune --quiet --train t.tsv --test t.tsv --model run --out tuned").code == 0);
}

std::vector<std::vector<std::string>> table(const std::string& text) {
  std::vector<std::vector<std::string>> rows;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    rows.emplace_back();
    std::istringstream cells(line);
    for (std::string cell; std::getline(cells, cell, '\t');) rows.back().push_back(cell);
  }
  return rows;
}

}  // namespace

TEST_CASE("sequences of FASTA and of tables get probabilities in their order", "[cli]") {
  const Program program;
  make_models(program);
  program.write("s.fa", ">one first\nACGTACGGTAC\n>two\nNNNNNNNNNNN\n>long\n" + std::string(3000, 'A') + "\n");
  const auto printed = program.run("predict --model tuned s.fa");
  REQUIRE(printed.code == 0);
  const auto rows = table(printed.out);
  REQUIRE(rows.size() == 4);
  CHECK(rows[0] == std::vector<std::string>{"id", "label", "LABEL_0", "LABEL_1"});
  CHECK(rows[1][0] == "one");
  CHECK(rows[2][0] == "two");
  CHECK(rows[3][0] == "long");
  for (std::size_t i = 1; i < 4; ++i) {
    const double a = std::stod(rows[i][2]), b = std::stod(rows[i][3]);
    CHECK(a + b == Approx(1));
    CHECK(rows[i][1] == (a >= b ? "LABEL_0" : "LABEL_1"));
  }
  REQUIRE(program.run("predict --model tuned s.fa --out p.tsv").out.empty());
  CHECK(program.read("p.tsv") == printed.out);
  CHECK(program.run("predict --model tuned/model s.fa").out == printed.out);

  const auto document = json::parse(program.run("predict --json --model tuned s.fa").out);
  CHECK(document["command"] == "predict");
  CHECK(document["sequences"] == 3);
  CHECK(document["scores"].is_null());
  REQUIRE(document["rows"].size() == 3);
  CHECK(document["rows"][0]["id"] == "one");
  CHECK(document["rows"][0]["LABEL_0"].get<double>() == std::stod(rows[1][2]));
  const auto summary = json::parse(program.run("predict --json --model tuned s.fa --out q.tsv").out);
  CHECK_FALSE(summary.contains("rows"));
  CHECK(program.read("q.tsv") == printed.out);

  const auto scored = program.run("predict --model tuned t.tsv");
  REQUIRE(scored.code == 0);
  CHECK_THAT(scored.err, Catch::Contains("labels of the input: accuracy "));
  CHECK(table(scored.out)[1][2] == rows[1][2]);
  const auto labelled = json::parse(program.run("predict --json --model tuned t.tsv").out);
  // t.tsv has the labels 0 and 1
  const auto printed_labels = table(scored.out);
  const double right = (printed_labels[1][1] == "LABEL_0" ? 1 : 0) + (printed_labels[2][1] == "LABEL_1" ? 1 : 0);
  CHECK(labelled["scores"]["accuracy"].get<double>() == right / 2);
}

TEST_CASE("labels may be names of classes, and columns of classes keep out of the way of others", "[cli]") {
  const Program program;
  make_models(program);
  auto config = json::parse(program.read("tuned/model/config.json"));
  const auto rename = [&](const std::string& first, const std::string& second) {
    config["id2label"] = {{"0", first}, {"1", second}};
    config["label2id"] = {{first, 0}, {second, 1}};
    program.write("tuned/model/config.json", config.dump());
  };
  rename("label", "id");
  program.write("named.tsv", "id\tsequence\tlabel\na\tACGTACGGTAC\tid\nb\tACGTACGGTAC\tlabel\nc\tACGT\t\n");
  const auto document = json::parse(program.run("predict --json --model tuned named.tsv").out);
  REQUIRE(document["rows"].size() == 3);
  CHECK(document["rows"][0]["id"] == "a");
  CHECK(document["scores"]["accuracy"] == 0.5);  // the same sequence under both labels
  CHECK(document["rows"][0]["probability_label"].get<double>() + document["rows"][0]["probability_id"].get<double>() ==
        Approx(1));
  program.write("unknown.tsv", "sequence\tlabel\nACGTACGT\tpromoter\n");
  CHECK(program.run("predict --model tuned unknown.tsv").code == 65);
  CHECK(program.run("embed --model tuned unknown.tsv --out e.npy").code == 0);  // which needs no label
  rename("label", "probability_label");
  const auto clash = program.run("predict --model tuned named.tsv");
  CHECK(clash.code == 65);
  CHECK_THAT(clash.err, Catch::Contains("two columns of the result are called 'probability_label'"));
}

TEST_CASE("what predict refuses", "[cli]") {
  const Program program;
  make_models(program);
  program.write("short.fa", ">ok\nACGTACGT\n>s\nACG\n");
  const auto fails = [&](const std::string& arguments, int code, const std::string& fragment) {
    const auto outcome = program.run("predict " + arguments);
    INFO(arguments << ": " << outcome.err);
    CHECK(outcome.code == code);
    CHECK(outcome.out.empty());
    CHECK_THAT(outcome.err, Catch::Contains(fragment));
  };
  fails("--model tuned short.fa --out p.tsv", 65,
        "short.fa: sequence 2 ('s') has 3 bases, fewer than one k-mer of 4; remove it");
  CHECK_FALSE(program.has("p.tsv"));
  fails("--model tuned missing.fa", 66, "missing.fa");
  fails("--model nowhere short.fa", 66, "no model at nowhere");
  fails("--model run short.fa", 64, "fine-tune it first");
  fails("--model tuned --average median short.fa", 64, "median");
  fails("short.fa", 64, "--model");
  program.write("labels.tsv", "sequence\tlabel\nACGTACGT\t2\n");
  fails("--model tuned labels.tsv", 65,
        "labels.tsv: line 2 ('1') has label '2', but the model has the classes 0 (LABEL_0) to 1 (LABEL_1)");
  program.write("none.tsv", "name\tlabel\nACGTACGT\t2\n");
  fails("--model tuned none.tsv", 65, "no column 'sequence'");
}
