#include "cmgems/config/config.h"
#include "support/catch.h"

using namespace cmgems;
using cmgems::config::Config;

namespace {

/// Changes every field to something that differs from its default.
class ChangeEverything final : public OptionVisitor {
 public:
  void begin_group(std::string_view) override {}
  void end_group() override {}
  void field(std::string_view, bool& value) override { value = !value, ++fields; }
  void field(std::string_view, std::int64_t& value, Bounds bounds) override {
    value = value + 1 <= bounds.high ? value + 1 : value - 1;
    ++fields;
  }
  void field(std::string_view, double& value, Bounds bounds) override {
    value = bounds.high < 1e300 ? bounds.low + (bounds.high - bounds.low) / 3 : value / 3 + 0.1;
    ++fields;
  }
  void field(std::string_view, std::string& value) override { value += "-\"\xC3\xA9", ++fields; }
  void field(std::string_view, std::optional<std::int64_t>& value, Bounds bounds) override {
    value = static_cast<std::int64_t>(bounds.low) + 7;
    ++fields;
  }
  void field(std::string_view, std::optional<double>& value, Bounds bounds) override {
    value = bounds.low + 1.0 / 3 * (bounds.high - bounds.low);
    ++fields;
  }
  void field(std::string_view, std::optional<std::string>& value) override { value = "given", ++fields; }
  void field(std::string_view, std::vector<std::string>& value) override { value = {"a b.fa", "c\\d.fa"}, ++fields; }
  void field(std::string_view, std::vector<std::int64_t>& value, Bounds) override { value = {7, 9}, ++fields; }
  void word(std::string_view, int& value, const Words& words) override {
    value = words.back().second == value ? words.front().second : words.back().second;
    ++fields;
  }
  int fields = 0;
};

}  // namespace

TEST_CASE("the written document gives the same configuration back", "[config]") {
  Config changed;
  ChangeEverything change;
  describe(change, changed);
  REQUIRE(change.fields > 50);
  const auto text = config::to_json(changed);
  CHECK(text != config::to_json(Config{}));

  Config read;
  config::apply_json(read, text, "c.json");
  CHECK(config::to_json(read) == text);
  CHECK(read.train.learning_rate == changed.train.learning_rate);
  CHECK(read.inputs.genome == changed.inputs.genome);
  CHECK(read.finetune.pooling == config::Pooling::mean);
  CHECK(read.npmi.table == changed.npmi.table);
}

TEST_CASE("the document is complete: nulls are written too", "[config]") {
  const auto text = config::to_json(Config{});
  CHECK_THAT(text, Catch::Contains("\"genome\": null"));
  CHECK_THAT(text, Catch::Contains("\"warmup_steps\": null"));
  CHECK_THAT(text, Catch::Contains("\"learning_rate\": 0.0004"));
  CHECK_THAT(text, Catch::Contains("\"strategy\": \"cm-gems\""));
  CHECK_THAT(text, Catch::StartsWith("{\n  \"variant\": \"paper\",\n  \"inputs\": {\n    \"genome\": null,\n    "
                                     "\"task\": null,\n    \"train\": null,\n"
                                     "    \"test\": null,\n    \"data\": null,\n    \"model\": null\n  },\n"));
}
