#include <cmath>
#include <limits>

#include "../../apps/sweep_chart.h"
#include "../../apps/sweep_grid.h"
#include "cmgems/base/error.h"
#include "support/catch.h"
#include "support/thrown.h"

using namespace cmgems::apps;

namespace {

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t number = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++number;
  return number;
}

}  // namespace

TEST_CASE("values of a varied key", "[apps]") {
  const auto varied = parse_varied("data.k=3,4,5");
  CHECK(varied.key == "data.k");
  CHECK(varied.values == std::vector<std::string>{"3", "4", "5"});
  CHECK(parse_varied("a.b=[1,2],[3]").values == std::vector<std::string>{"[1,2]", "[3]"});
  CHECK(parse_varied(R"(a.b="x,y",z)").values == std::vector<std::string>{R"("x,y")", "z"});
  for (const std::string wrong :
       {"data.k", "=3", "data.k=", "data.k=3,,4", "data.k=3,3", "inputs.genome=a.fa", "finetune.shots=10,50",
        "finetune.runs=1,2", "finetune.seed=1,2", "finetune.baseline=[],[\"kmer\"]"}) {
    INFO(wrong);
    CHECK_THROWS_AS(parse_varied(wrong), cmgems::UsageError);
  }
}

TEST_CASE("a sweep has every combination, and no pretraining twice", "[apps]") {
  Sweep sweep;
  sweep.folder = "s";
  sweep.recipe = {"smoke.json", {"train.seed=7"}, {"g.fa"}, "d"};
  sweep.varied = {parse_varied("data.k=3,4"), parse_varied("finetune.pooling=cls,mean")};
  sweep.few_shot = {{"synthetic", 10}};
  sweep.runs = 2;
  check_grid(sweep);
  const auto points = sweep.points();
  REQUIRE(points.size() == 4);
  CHECK(points[0].name() == "data.k=3,finetune.pooling=cls");
  CHECK(points[1].name() == "data.k=3,finetune.pooling=mean");
  CHECK(points[3].name() == "data.k=4,finetune.pooling=mean");
  CHECK(sweep.pretraining(points[0]) == sweep.pretraining(points[1]));
  CHECK(sweep.pretraining(points[0]) == "s/pretrain/data.k=3");

  const auto stages = sweep.stages();
  REQUIRE(stages.size() == 6);
  CHECK(stages[1].title == "pretrain data.k=4");
  CHECK(stages[1].arguments == std::vector<std::string>{"pretrain", "--json", "--resume", "auto", "--out",
                                                        "s/pretrain/data.k=4", "--config", "smoke.json", "--set",
                                                        "train.seed=7", "--set", "data.k=4", "--genome", "g.fa"});
  CHECK(stages[5].title == "few-shot synthetic-10 of data.k=4,finetune.pooling=mean");
  CHECK(stages[2].arguments.back() == R"(finetune.baseline=["kmer","majority"])");
  CHECK(stages[3].arguments.back() == "finetune.baseline=[]");
}

TEST_CASE("a grid that cannot be laid out is refused", "[apps]") {
  Sweep sweep;
  sweep.folder = "s";
  sweep.varied = {parse_varied("data.k=3,4"), parse_varied("data.k=5")};
  CHECK_THROWS_AS(check_grid(sweep), cmgems::UsageError);
  sweep.varied = {parse_varied("npmi.table=a/b,a_b")};
  CHECK_THAT(cmgems::test::message_of<cmgems::UsageError>([&] { check_grid(sweep); }),
             Catch::Contains("would go into the folder of another one"));
  sweep.varied = {parse_varied("finetune.pooling=cls,mean")};
  CHECK_THAT(cmgems::test::message_of<cmgems::UsageError>([&] { check_grid(sweep); }),
             Catch::Contains("without --task"));
}

TEST_CASE("a task is asked for once", "[apps]") {
  Sweep sweep;
  sweep.folder = "s";
  sweep.varied = {parse_varied("data.k=3,4")};
  sweep.few_shot = {{"a", 10}, {"a", 50}, {"b", 10}};
  CHECK_NOTHROW(check_grid(sweep));
  sweep.few_shot.push_back({"a", 50});
  CHECK_THAT(cmgems::test::message_of<cmgems::UsageError>([&] { check_grid(sweep); }),
             Catch::Contains("a with 50 shots is asked for twice"));
}

TEST_CASE("a long list of keys makes a short folder name of its own", "[apps]") {
  Sweep sweep;
  sweep.folder = "s";
  const std::string path(300, 'x');
  sweep.varied = {parse_varied("npmi.table=" + path + "1," + path + "2")};
  sweep.few_shot = {{"prom-core", 1000}};
  check_grid(sweep);
  const auto points = sweep.points();
  const auto name = sweep.pretraining(points[0]).filename().string();
  CHECK(name.size() < 150);
  CHECK_THAT(name, Catch::StartsWith("npmi.table=xxx"));
  CHECK(sweep.pretraining(points[1]).filename() != name);
  CHECK(points[0].name() == "npmi.table=" + path + "1");                     // in the table it is whole
  for (const auto& stage : sweep.stages()) CHECK(stage.title.size() < 200);  // of results/TITLE.json
}

TEST_CASE("the picture of a sweep", "[apps]") {
  const auto line =
      sweep_svg({parse_varied("data.k=3,4,5")}, {{"perplexity", {8, 4, 2}}, {"accuracy", {0.5, 0.6, 0.7}}});
  CHECK(count(line, "<line") == 4);  // two between three values, in two panels
  CHECK_THAT(line, Catch::Contains(">data.k</text>") && Catch::Contains(">accuracy</text>") &&
                       Catch::Contains(">8.000</text>"));
  // From 1.5 to 9.5 a tick every 2, from 0 to 10: 130 pixels; a bar of 1.5 to both sides of 8 is 39 pixels high.
  const auto bars = sweep_svg({parse_varied("data.k=3,4,5")}, {{"perplexity", {8, 4, 2}, {1.5, 0, 0.5}}});
  for (const std::string tick : {"0", "2", "4", "6", "8", "10"}) {
    INFO(tick);
    CHECK_THAT(bars, Catch::Contains(">" + tick + "</text>"));
  }
  CHECK(count(bars, "height=\"39.00\" fill=\"rgb(90,90,90)\"") == 1);
  CHECK(count(bars, "fill=\"rgb(90,90,90)\"") == 6);  // two bars with two ends each
  const double none = std::numeric_limits<double>::quiet_NaN();
  const auto map =
      sweep_svg({parse_varied("a.x=1,<2"), parse_varied("b.y=1,2,3")}, {{"perplexity", {1, 2, 3, none, 5, 6}}});
  CHECK(count(map, "<rect") == 6);  // the ground and five cells
  CHECK(count(map, "<line") == 0);
  CHECK_THAT(map, Catch::Contains(">a.x=&lt;2</text>") && Catch::Contains("fill=\"rgb(8,48,107)\"") &&
                      Catch::Contains("fill=\"rgb(255,255,255)\""));
}
