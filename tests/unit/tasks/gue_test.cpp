#include "cmgems/tasks/gue.h"

#include <set>

#include "cmgems/base/error.h"
#include "cmgems/tasks/gue_data.h"
#include "support/catch.h"
#include "support/paths.h"
#include "support/thrown.h"

using namespace cmgems;
using tasks::choose_gue_sets;

namespace {

std::vector<std::string> paths_of(const std::vector<std::string>& words) {
  std::vector<std::string> paths;
  for (const auto* set : choose_gue_sets(words)) paths.push_back(set->path());
  return paths;
}

tasks::GueSet set_of(const std::string& path) { return *choose_gue_sets({path}).front(); }

std::string table(const std::vector<std::pair<std::string, int>>& rows) {
  std::string text = "sequence,label\n";
  for (const auto& [sequence, label] : rows) text += sequence + "," + std::to_string(label) + "\n";
  return text;
}

/// Four rows of train, one repeated; test shares GGTT, dev shares ACGT twice; one test row has an N.
tasks::GueFiles write_set(const test::TemporaryFolder& folder) {
  const std::string at = "gue/GUE/tf/4/";
  return {folder.write(at + "train.csv", table({{"ACGT", 0}, {"ACGT", 0}, {"GGTT", 1}, {"CCCC", 1}})),
          folder.write(at + "dev.csv", table({{"ACGT", 0}, {"ACGT", 1}, {"TTTT", 1}})),
          folder.write(at + "test.csv", table({{"GGTT", 1}, {"ANGT", 0}}))};
}

bool has_note(const tasks::GueData& data, const std::string& note) {
  return std::find(data.notes.begin(), data.notes.end(), note) != data.notes.end();
}

}  // namespace

TEST_CASE("GUE has 12 human sets and 15 others by MCC and covid by macro F1", "[tasks]") {
  std::set<std::string> paths;
  std::size_t human = 0, others = 0;
  for (const auto& set : tasks::gue_sets()) {
    paths.insert(set.path());
    human += set.species == tasks::Species::human;
    others += set.species == tasks::Species::other && set.metric == tasks::HeadlineMetric::mcc;
  }
  CHECK(paths.size() == 28);
  CHECK(human == 12);
  CHECK(others == 15);
  CHECK(set_of("covid").metric == tasks::HeadlineMetric::f1);
}

TEST_CASE("rows of the EMP sets add up to those of the data they were split from", "[tasks]") {
  // H3, H3K14ac, ..., H4ac of yeast, before the split into 80, 10 and 10 per cent
  const std::vector<std::size_t> whole{14965, 33048, 34880, 31677, 30683, 36799, 28837, 27782, 14601, 34095};
  std::vector<std::size_t> sums;
  for (const auto* set : choose_gue_sets({"EMP"})) sums.push_back(set->rows[0] + set->rows[1] + set->rows[2]);
  CHECK(sums == whole);
}

TEST_CASE("a GUE set prescribes how it is trained on", "[tasks]") {
  const auto tata = set_of("prom_core_tata");
  CHECK(tata.max_tokens == 80);
  CHECK(tata.epochs == 10);
  CHECK(tata.eval_steps == 200);
  CHECK(tata.warmup_steps == 50);
  CHECK(tata.rows == std::array<std::size_t, 3>{4904, 613, 613});
  CHECK(set_of("prom_300_all").eval_steps == 400);
  CHECK(set_of("prom_300_all").epochs == 4);
  CHECK(set_of("splice/reconstructed").classes == 3);
  CHECK(set_of("mouse/2").steps == 1000);
  CHECK(set_of("tf/4").steps == 0);
  CHECK(set_of("tf/4").warmup_steps == 30);
  CHECK(set_of("virus/covid").max_tokens == 1024);
}

TEST_CASE("GUE sets are named by path or name or group or all", "[tasks]") {
  CHECK(paths_of({"all"}).size() == 28);
  CHECK(paths_of({"tf/4,prom_core_tata"}) == std::vector<std::string>{"prom/prom_core_tata", "tf/4"});
  CHECK(paths_of({"prom/prom_core_tata", "prom_core_tata"}) == std::vector<std::string>{"prom/prom_core_tata"});
  CHECK(paths_of({"mouse"}) == std::vector<std::string>{"mouse/0", "mouse/1", "mouse/2", "mouse/3", "mouse/4"});
  CHECK(paths_of({"virus", "splice"}) == std::vector<std::string>{"splice/reconstructed", "virus/covid"});
}

TEST_CASE("a word for no GUE set or for several is refused", "[tasks]") {
  CHECK_THAT(test::message_of<UsageError>([] { choose_gue_sets({"prom_core_tatta"}); }),
             Catch::Contains("did you mean prom_core_tata?"));
  CHECK_THAT(test::message_of<UsageError>([] { choose_gue_sets({"something-else-entirely"}); }),
             Catch::Contains("known are all") && Catch::Contains("EMP/H3"));
  CHECK_THAT(test::message_of<UsageError>([] { choose_gue_sets({"4"}); }), Catch::Contains("tf/4 or mouse/4"));
  CHECK_THROWS_AS(choose_gue_sets({}), UsageError);
  CHECK_THROWS_AS(choose_gue_sets({","}), UsageError);
}

TEST_CASE("files of a GUE set are looked for in three places and taken together", "[tasks]") {
  for (const std::string place : {"gue/GUE/", "GUE/", ""}) {
    const test::TemporaryFolder folder;
    const auto set = set_of("EMP/H3");
    for (const std::string name : {"train.csv", "dev.tsv"}) folder.write(place + "EMP/H3/" + name, "");
    CHECK_FALSE(tasks::find_gue_files(set, folder.path()));
    folder.write(place + "EMP/H3/test.csv", "");
    const auto files = tasks::find_gue_files(set, folder.path());
    REQUIRE(files);
    CHECK(files->dev == folder.path() / (place + "EMP/H3/dev.tsv"));
  }
}

TEST_CASE("what is wrong with a GUE set is told while nothing is dropped", "[tasks]") {
  const test::TemporaryFolder folder;
  const auto data = tasks::load_gue_data(set_of("tf/4"), write_set(folder));
  CHECK(data.classes == 2);
  CHECK(data.train.examples.size() == 4);
  CHECK(data.notes.front() == "1 of 2 test rows (1 distinct sequences) also occur in train");
  CHECK(has_note(data, "2 of 3 dev rows (1 distinct sequences) also occur in train"));
  CHECK(has_note(data, "1 of 4 train rows repeat an earlier one"));
  CHECK(has_note(data,
                 "train has 4 rows, 19000 were published, dev has 3 rows, 1000 were published, test has 2 rows, "
                 "1000 were published: scores are not comparable"));
  CHECK(has_note(data, "1 of 2 test rows have letters other than A, C, G and T, whose k-mers are [UNK]"));
  CHECK(data.notes.size() == 5);
}

TEST_CASE("labels that train does not have are refused", "[tasks]") {
  const test::TemporaryFolder folder;
  auto files = write_set(folder);
  files.test = folder.write("test.csv", table({{"ACGT", 2}}));
  CHECK_THAT(test::message_of<DataError>([&] { tasks::load_gue_data(set_of("tf/4"), files); }),
             Catch::Contains("test.csv: label 2"));
  files = write_set(folder);
  files.train = folder.write("train.csv", table({{"ACGT", 1}, {"GGTT", 1}}));
  CHECK_THROWS_AS(tasks::load_gue_data(set_of("tf/4"), files), DataError);
}

TEST_CASE("the local GUE sets have the rows and defects that are known", "[tasks][real]") {
  const auto data = test::real_data();
  if (data.empty()) CMGEMS_SKIP("no real data");
  const auto load = [&](const std::string& path) {
    return tasks::load_gue_data(set_of(path), tasks::find_gue_files(set_of(path), data).value());
  };
  const auto tf = load("tf/4");
  CHECK(tasks::count_repeated(tf.train) == 3789);
  CHECK(tasks::count_shared(tf.train, tf.dev).sequences == 346);
  CHECK(tasks::count_shared(tf.train, tf.dev).rows == 358);
  const auto core = load("prom_core_tata"), whole = load("prom_300_tata");
  CHECK(tasks::count_shared(core.train, core.test).sequences == 16);
  CHECK(tasks::count_shared(core.train, core.dev).sequences == 8);
  CHECK(tasks::count_shared(whole.train, whole.test).sequences == 6);
  CHECK(tasks::count_shared(whole.train, whole.dev).sequences == 14);
}
