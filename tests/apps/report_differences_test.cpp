// The tests between models that a report shows.
#include "report/sections.h"
#include "report_runs.h"

using namespace cmgems::apps::report;
using cmgems::test::TemporaryFolder;

namespace {

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const auto at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), by);
}

/// An evaluation of one task with the accuracies of the model's two runs.
void write_task(const TemporaryFolder& folder, const std::string& name, const std::string& task,
                const std::string& model, const std::string& one, const std::string& two) {
  auto text = replaced(cmgems::test::few_shot_text(model), "prom-core", task);
  text = replaced(text, "\"accuracy\": 0.7", "\"accuracy\": " + two);
  text = replaced(text, "\"accuracy\": 0.6", "\"accuracy\": " + one);
  cmgems::test::write_few_shot(folder, name, text);
}

std::vector<std::string> texts_of(const std::vector<Cell>& row) {
  std::vector<std::string> texts;
  for (const auto& cell : row) texts.push_back(cell.text);
  return texts;
}

}  // namespace

TEST_CASE("models are tested over runs and over tasks", "[report]") {
  const TemporaryFolder folder;
  for (const std::string task : {"prom-core", "prom-300", "splice-40"})
    write_task(folder, "a-" + task, task, "random", "0.6", "0.7");
  write_task(folder, "b-1", "prom-core", "other/model", "0.7", "0.8");
  write_task(folder, "b-2", "prom-300", "other/model", "0.75", "0.85");
  write_task(folder, "b-3", "splice-40", "other/model", "0.8", "0.9");
  const auto section = differences_section(read_runs({folder.path()}));
  REQUIRE(section);
  REQUIRE(section->blocks.size() == 3);
  const auto& runs = std::get<Table>(section->blocks[0]);
  CHECK(runs.title == "Against untrained encoder, fine-tuned, over runs");
  REQUIRE(runs.rows.size() == 3);
  CHECK(runs.rows[0][1].text == "fine-tuned other/model");
  CHECK(runs.rows[1][0].text == "prom-core-10");
  CHECK(runs.rows[1][5].number.value() == Approx(0.1));
  CHECK(runs.rows[1][6].text == "–");  // two pairs have no p-value
  // Means .75, .80 and .85 less .65: .10, .15, .20; t = .15 / (.05 / sqrt 3), two degrees of freedom.
  const auto& tasks = std::get<Table>(section->blocks[1]);
  REQUIRE(tasks.rows.size() == 1);
  CHECK(texts_of(tasks.rows[0]) == std::vector<std::string>{"fine-tuned other/model", "0.800", "0.650", "3",
                                                            "+0.150 [+0.026, +0.274]", "0.035", "0.035", "–", "–"});
  CHECK_FALSE(std::get<List>(section->blocks[2]).entries.empty());
}

TEST_CASE("one model has nothing to be tested against", "[report]") {
  const TemporaryFolder folder;
  write_task(folder, "a", "prom-core", "random", "0.6", "0.7");
  CHECK_FALSE(differences_section(read_runs({folder.path()})));
  write_task(folder, "b", "prom-300", "other/model", "0.6", "0.7");  // nor one that was asked something else
  CHECK_FALSE(differences_section(read_runs({folder.path()})));
}
