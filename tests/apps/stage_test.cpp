#include <sstream>

#include "../../apps/stage_results.h"
#include "../../apps/stages.h"
#include "cmgems/base/error.h"
#include "support/catch.h"
#include "support/paths.h"
#include "support/thrown.h"

using namespace cmgems::apps;

namespace {

std::string record(const std::string& command, bool finished) {
  return R"({"command": ")" + command + R"(", "finished": )" + (finished ? "true" : "false") +
         R"(, "compute_cost": {}})";
}

}  // namespace

TEST_CASE("few-shot runs that were stopped go on", "[apps]") {
  const cmgems::test::TemporaryFolder folder;
  const auto run = folder.path() / "run", model = folder.path() / "model";
  const auto words = [&] {
    return few_shot_stage("t", run, {"smoke.json", {}, {}, ""}, {}, {{"synthetic", 4}, 2, model, "[]"}).arguments;
  };
  folder.write("model/run.json", record("pretrain", true));
  CHECK(words()[2] == "--overwrite");  // nothing there
  folder.write("run/run.json", record("finetune", false));
  CHECK(words()[2] == "--overwrite");  // killed before it began
  folder.write("run/config.json", "{}");
  CHECK(words() == std::vector<std::string>{"finetune", "--json", "--resume", run.string()});
  folder.write("run/run.json", record("pretrain", false));
  CHECK(words()[2] == "--overwrite");
  folder.write("run/run.json", record("finetune", false));
  std::filesystem::last_write_time(model / "run.json", std::filesystem::last_write_time(run / "config.json") +
                                                           std::chrono::seconds(5));  // pretrained anew
  CHECK(words()[2] == "--overwrite");
  folder.write("model/run.json", record("pretrain", false));
  CHECK(words()[2] == "--overwrite");
}

TEST_CASE("another request for one folder is refused with what differs", "[apps]") {
  const cmgems::test::TemporaryFolder folder;
  const nlohmann::ordered_json request = {{"vary", {"data.k=3,4"}}, {"settings", {{"train", {{"seed", 1}}}}}};
  keep_request(folder.path(), "request.json", request, "a sweep");
  CHECK_NOTHROW(keep_request(folder.path(), "request.json", request, "a sweep"));
  const auto refusal = [&](const nlohmann::ordered_json& other) {
    return cmgems::test::message_of<cmgems::UsageError>(
        [&] { keep_request(folder.path(), "request.json", other, "a sweep"); });
  };
  auto other = request;
  other["settings"]["train"]["seed"] = 2;
  CHECK_THAT(refusal(other),
             Catch::Contains("holds a sweep with other options") && Catch::Contains("settings.train.seed was 1, is 2"));
  other = request;
  other["vary"].push_back("a.b=1");
  CHECK_THAT(refusal(other), Catch::Contains(R"(vary was ["data.k=3,4"], is ["data.k=3,4","a.b=1"])"));
  folder.write("request.json", "{");
  CHECK_THAT(refusal(request), Catch::Contains("other options"));
}

TEST_CASE("a dry run lists its stages as lines or as JSON", "[apps]") {
  const cmgems::test::TemporaryFolder folder;
  const Stage stage{"pretrain base", folder.path() / "run", {"pretrain", "--set", "a.b=\"x y\""}};
  std::ostringstream text, json;
  tell_stages(text, "sweep", {stage}, 90, false);
  CHECK_THAT(text.str(), Catch::StartsWith("to do cmgems pretrain --set") && Catch::Contains("about 2 minutes"));
  tell_stages(json, "sweep", {stage}, 90, true);
  const auto document = nlohmann::json::parse(json.str());
  CHECK(document["command"] == "sweep");
  CHECK(document["dry_run"] == true);
  CHECK(document["seconds"] == 90);
  CHECK(document["stages"][0]["finished"] == false);
  CHECK(document["stages"][0]["arguments"] == nlohmann::json(stage.arguments));
}

TEST_CASE("a pretraining without its measurements has none", "[apps]") {
  const cmgems::test::TemporaryFolder folder;
  CHECK(pretraining_json(folder.path())["perplexity"].is_null());
  folder.write("metrics.jsonl",
               "{\"event\":\"switch\",\"step\":20}\n{\"event\":\"eval\",\"perplexity\":8.5,\"masker\":\"random\"}\n");
  const auto json = pretraining_json(folder.path());
  CHECK(json["perplexity"] == 8.5);
  CHECK(json["switch_step"] == 20);
  folder.write("metrics.jsonl", "{\"event\"\n");
  CHECK_THROWS_AS(pretraining_json(folder.path()), cmgems::DataError);
}

TEST_CASE("methods of a stage keep their seeds", "[apps]") {
  const cmgems::test::TemporaryFolder folder;
  CHECK_THROWS_AS(methods_of_stage(folder.path()), cmgems::InputNotFound);
  folder.write("results.json", R"({"command": "finetune", "task": "synthetic", "shots": 4, "methods": [
    {"name": "m", "kind": "model", "runs": [{"seed": 1, "accuracy": 0.5}, {"seed": 2, "accuracy": 0.75}]}]})");
  const auto methods = methods_of_stage(folder.path());
  REQUIRE(methods.size() == 1);
  CHECK(methods[0].runs[1].seed == 2);
  const auto accuracy = accuracy_json(methods[0]);
  CHECK(accuracy["runs"] == nlohmann::ordered_json({0.5, 0.75}));
  CHECK(accuracy_text(accuracy) == "0.625 ± 0.177");  // 0.25 / sqrt 2
  folder.write("results.json", "{");
  CHECK_THAT(cmgems::test::message_of<cmgems::DataError>([&] { methods_of_stage(folder.path()); }),
             Catch::Contains("and the stage runs again"));
}
