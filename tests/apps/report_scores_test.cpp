// Which scores stand beside each other, and what each is compared with.
#include "report/scores.h"
#include "report/sections.h"
#include "report/statistics.h"
#include "report_runs.h"

using namespace cmgems::apps::report;
using cmgems::test::TemporaryFolder;

namespace {

/// What stands on top of the tables of few shots of all runs in `folder`.
std::vector<std::string> titles_of(const TemporaryFolder& folder) {
  const auto runs = read_runs({folder.path()});
  std::vector<std::string> titles;
  for (const auto& contest : contests_of(runs, runs.few_shot)) titles.push_back(contest.title);
  return titles;
}

}  // namespace

TEST_CASE("baselines of the same rows are shown once", "[report]") {
  const TemporaryFolder folder;
  cmgems::test::write_few_shot(folder, "a", cmgems::test::few_shot_text("random"));
  cmgems::test::write_few_shot(folder, "b", cmgems::test::few_shot_text("other/model"));
  const auto section = few_shot_section(read_runs({folder.path() / "a", folder.path() / "b"}));
  REQUIRE(section);
  const auto& table = std::get<Table>(section->blocks[0]);
  CHECK(table.rows[0][0].text == "untrained encoder, fine-tuned");
  CHECK(table.rows[1][0].text == "fine-tuned other/model");
  CHECK(table.rows[2][0].text == "k-mer logistic regression (3-mers)");
  CHECK(table.rows[3][0].text == "majority class");
  CHECK(table.rows[4][0].text == "published: DNABERT 120K");
  // .6 - .55 and .7 - .6: mean .075, t times .025 on both sides
  CHECK(table.rows[0][6].text == "+0.075 [-0.243, +0.393]");
  CHECK(table.rows[2][6].text == "–");
  // .65 less the .606 ± .045 of table 4
  CHECK(table.columns.back() == "ours less published");
  CHECK(table.rows[4][1].text == "0.606 ± 0.045");
  CHECK(table.rows[4].back().text == "+0.044");
  CHECK(table.rows[0].back().text == "–");
}

TEST_CASE("several tasks have a mean over them, of what was scored on all", "[report]") {
  const TemporaryFolder folder;
  auto other = cmgems::test::few_shot_text("random");
  other.replace(other.find("prom-core"), 9, "splice-40");
  other.replace(other.find("\"accuracy\": 0.6,"), 16, "\"accuracy\": 0.3,");
  other.replace(other.find("k-mer logistic"), 14, "another method");
  cmgems::test::write_few_shot(folder, "a", cmgems::test::few_shot_text("random"));
  cmgems::test::write_few_shot(folder, "b", other);
  const auto section = few_shot_section(read_runs({folder.path() / "a", folder.path() / "b"}));
  REQUIRE(section);
  const auto& table = std::get<Table>(section->blocks[0]);
  CHECK(table.columns == std::vector<std::string>{"method", "prom-core-10", "splice-40-10", "mean"});
  CHECK(table.rows[0][2].text == "0.500 ± 0.283");
  CHECK(table.rows[0][3].text == "0.575");  // of .65 and .5
  CHECK(table.rows[1][0].text == "k-mer logistic regression (3-mers)");
  CHECK(table.rows[1][3].text == "–");
}

TEST_CASE("a model is compared with the k-mers of its own run", "[report]") {
  const TemporaryFolder folder;
  auto later = cmgems::test::few_shot_text("other/model");
  for (const std::string seed : {"1", "2"}) {  // other draws, on which the k-mers have .50 and .65
    for (auto at = later.find("\"seed\": " + seed + ","); at != std::string::npos;
         at = later.find("\"seed\": " + seed + ",")) {
      later.replace(at, 10, "\"seed\": 1" + seed + ",");
    }
  }
  const auto kmers = later.find("k-mer logistic");
  later.replace(later.find("0.55", kmers), 4, "0.50");
  later.replace(later.find("\"accuracy\": 0.6,", kmers), 16, "\"accuracy\": 0.65,");
  cmgems::test::write_few_shot(folder, "a", cmgems::test::few_shot_text("random"));
  cmgems::test::write_few_shot(folder, "b", later);
  const auto runs = read_runs({folder.path() / "a", folder.path() / "b"});
  const auto section = few_shot_section(runs);
  REQUIRE(section);
  const auto& table = std::get<Table>(section->blocks[0]);
  // .6 - .55 and .7 - .6; .6 - .5 and .7 - .65: .05 and .1 in either order
  CHECK(table.rows[0][6].text == "+0.075 [-0.243, +0.393]");
  CHECK(table.rows[1][6].text == "+0.075 [-0.243, +0.393]");
  CHECK(table.rows[2][0].text == "k-mer logistic regression (3-mers)");
  CHECK(table.rows[4][0].text == "k-mer logistic regression (3-mers) (b)");
  CHECK_THAT(headlines_of(runs).at(0).detail, Catch::Contains("k-mers 0.575"));
}

TEST_CASE("a run without k-mers borrows those of the same draws only", "[report]") {
  const TemporaryFolder folder;
  auto bare = cmgems::test::few_shot_text("other/model");
  bare.replace(bare.find("k-mer logistic"), 14, "another method");
  cmgems::test::write_few_shot(folder, "a", cmgems::test::few_shot_text("random"));
  cmgems::test::write_few_shot(folder, "b", bare);
  auto section = few_shot_section(read_runs({folder.path() / "a", folder.path() / "b"}));
  CHECK(std::get<Table>(section->blocks[0]).rows[1][6].text == "+0.075 [-0.243, +0.393]");
  bare.replace(bare.find("\"seed\": 2"), 9, "\"seed\": 3");
  cmgems::test::write_few_shot(folder, "b", bare);
  section = few_shot_section(read_runs({folder.path() / "a", folder.path() / "b"}));
  CHECK(std::get<Table>(section->blocks[0]).rows[1][6].text == "–");
}

TEST_CASE("own data of other files are another table", "[report]") {
  const TemporaryFolder folder;
  const auto write = [&](const std::string& name, const std::string& pool, const std::string& test) {
    auto text = cmgems::test::few_shot_text("random");
    text.replace(text.find("\"path\": \"p\""), 11, "\"path\": \"" + pool + "\"");
    text.replace(text.find("\"path\": \"t\""), 11, "\"path\": \"" + test + "\"");
    cmgems::test::write_few_shot(folder, name, text);
  };
  const auto titles = [&] { return titles_of(folder); };
  write("a", "x/train.tsv", "x/test.tsv");
  write("b", "x/./train.tsv", "x/test.tsv");
  CHECK(titles() == std::vector<std::string>{"prom-core-10"});
  write("b", "y/train.tsv", "x/test.tsv");
  CHECK(titles() == std::vector<std::string>{"prom-core-10", "prom-core-10 (rows of b)"});
  write("b", "x/train.tsv", "y/test.tsv");
  CHECK(titles().size() == 2);
  write("a", "x/train.tsv", "x/train.tsv");  // test rows drawn from the pool by the seed of the run
  write("b", "x/train.tsv", "x/train.tsv");
  CHECK(titles().size() == 1);
  const auto with = [&](const std::string& name, const std::string& old, const std::string& now) {
    auto record = cmgems::test::record_text("finetune");
    record.replace(record.find(old), old.size(), now);
    folder.write(name + "/run.json", record);
  };
  with("b", "\"seed\": 42", "\"seed\": 43");
  CHECK(titles().size() == 2);
  write("a", "builtin:synthetic", "builtin:synthetic");  // the same rows whatever the seed
  write("b", "builtin:synthetic", "builtin:synthetic");
  with("b", "\"seed\": 42", "\"seed\": 43");
  CHECK(titles().size() == 1);
  write("b", "copy/train.tsv", "copy/test.tsv");  // the same content by its hash
  write("a", "x/train.tsv", "x/test.tsv");
  const std::string hashes = R"("hashes": {"prom-core train": "1", "prom-core test": "2"})";
  with("a", "\"hashes\": {}", hashes);
  with("b", "\"hashes\": {}", hashes);
  CHECK(titles().size() == 1);
  with("b", "\"hashes\": {}", R"("hashes": {"prom-core train": "1", "prom-core test": "3"})");
  CHECK(titles().size() == 2);
}

TEST_CASE("baselines of GUE have one column whatever was selected for a set", "[report]") {
  const TemporaryFolder folder;
  const auto set = [](const std::string& name, const std::string& kmers) {
    return R"({"set": ")" + name + R"(", "metric": "mcc", "classes": 2, "rows": {"train": 9, "dev": 9, "test": 9},
           "methods": [)" +
           cmgems::test::method_text("fine-tuned m", "0.6", "0.7") + R"(, {"kind": "kmer", "name": ")" + kmers +
           R"(", "runs": [{"seed": null, "accuracy": 0.5, "mcc": 0.125, "confusion": [[1, 2], [3, 4]]}]}]})";
  };
  folder.write("g/run.json", cmgems::test::record_text("eval-gue"));
  folder.write("g/results.json", R"({"command": "eval-gue", "model": "m", "sets": [)" + set("tf/4", "k=5") + ", " +
                                     set("virus/covid", "k=6") + "]}");
  const auto section = gue_section(read_runs({folder.path() / "g"}));
  REQUIRE(section);
  const auto& table = std::get<Table>(section->blocks[0]);
  CHECK(table.columns ==
        std::vector<std::string>{"set", "metric", "fine-tuned m", "k-mers", "best published", "by", "difference"});
  CHECK(table.rows[0][3].text == "0.125");
  CHECK(table.rows[1][3].text == "0.125");
  CHECK(table.rows[0][4].number.value_or(0) > 0.25);  // tf/4 is in tables 2 and 6 of the paper
  CHECK(table.rows[1][4].text == "–");                // covid is not
  CHECK_THAT(std::get<Figure>(section->blocks[1]).note, Catch::Contains("Diamond: fine-tuned m; triangle"));
}

TEST_CASE("GUE has means by species and their share of the best published one", "[report]") {
  const TemporaryFolder folder;
  const auto set = [](const std::string& name, const std::string& mcc, const std::string& metric = "mcc") {
    return R"({"set": ")" + name + R"(", "metric": ")" + metric +
           R"(", "classes": 2, "rows": {"train": 9, "test": 9}, "methods": [{"name": "fine-tuned m", "runs": [)" +
           R"({"seed": 1, "accuracy": 0.9, "f1": 0.9, "mcc": )" + mcc + "}]}]}";
  };
  folder.write("g/run.json", cmgems::test::record_text("eval-gue"));
  folder.write("g/results.json", R"({"command": "eval-gue", "model": "m", "sets": [)" +
                                     set("prom/prom_300_tata", "0.80") + "," + set("tf/3", "0.50") + "," +
                                     set("mouse/2", "0.70") + "," + set("virus/covid", "0.30", "f1") + "]}");
  const auto runs = read_runs({folder.path() / "g"});
  const auto section = gue_section(runs);
  REQUIRE(section);
  const auto& table = std::get<Table>(section->blocks[0]);
  REQUIRE(table.rows.size() == 6);
  const auto texts = [](const std::vector<Cell>& row) {
    std::vector<std::string> list;
    for (const auto& cell : row) list.push_back(cell.text);
    return list;
  };
  // NT-500M-Human: 78.07 and 42.95; DNABERT-2 120K (k-mer): 81.71
  CHECK(texts(table.rows[4]) ==
        std::vector<std::string>{"mean of 2 of 12 human sets", "MCC", "0.650", "0.605", "NT-500M-Human", "+0.045"});
  CHECK(texts(table.rows[5]) == std::vector<std::string>{"mean of 1 of 15 other sets", "MCC", "0.700", "0.817",
                                                         "DNABERT-2 120K (k-mer)", "-0.117"});
  CHECK_THAT(table.note, Catch::Contains("human sets: 107.4% of the best") &&
                             Catch::Contains("above the line of 90%") &&
                             Catch::Contains("other sets: 85.7% of the best") && Catch::Contains("below the line"));
  const auto headlines = headlines_of(runs);
  REQUIRE(headlines.size() == 2);
  CHECK(headlines[0].label == "GUE, mean MCC, human sets");
  CHECK(headlines[0].value == "0.650");
  CHECK_THAT(headlines[1].detail, Catch::Contains("1 set; 85.7% of the best published"));
}

TEST_CASE("a picture of GUE names the models of all its sets", "[report]") {
  const TemporaryFolder folder;
  const auto write = [&](const std::string& model, const std::string& sets) {
    folder.write(model + "/run.json", cmgems::test::record_text("eval-gue"));
    folder.write(model + "/results.json",
                 R"({"command": "eval-gue", "model": ")" + model + R"(", "sets": [)" + sets + "]}");
  };
  const auto set = [](const std::string& name, const std::string& model) {
    return R"({"set": ")" + name + R"(", "classes": 2, "rows": {"train": 9, "test": 9}, "methods": [)" +
           cmgems::test::method_text(model, "0.6", "0.7") + "]}";
  };
  write("a", set("tf/4", "fine-tuned a"));
  write("b", set("tf/3", "fine-tuned b") + "," + set("tf/4", "fine-tuned b"));
  const auto section = gue_section(read_runs({folder.path()}));
  REQUIRE(section);
  CHECK_THAT(std::get<Figure>(section->blocks[1]).note,
             Catch::Contains("Diamond: the first model of each set (fine-tuned a or fine-tuned b); triangle"));
  const auto& table = std::get<Table>(section->blocks[0]);
  REQUIRE(table.rows.size() == 3);  // tf/4 of both in one, and the mean of the human sets
  CHECK(table.rows[0].size() == table.columns.size());
}

TEST_CASE("means need several runs for an interval", "[report]") {
  const auto one = summary_of({0.5});
  CHECK(mean_text(one) == "0.500");
  CHECK(interval_cell(one).text == "–");
  CHECK(mean_text(summary_of({})) == "–");
  CHECK(mean_text(summary_of({0.5, kNone})) == "–");
  Method a{"a", Kind::model, {{1, {{"accuracy", 0.5}}, {}, false}}}, b = a;
  b.runs[0].seed = 2;
  CHECK(difference_cell(difference_of(a, b, "accuracy")).text == "–");  // other rows
}
