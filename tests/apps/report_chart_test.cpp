// Scales and pictures: what is drawn where.
#include <algorithm>
#include <cmath>

#include "report/bar_chart.h"
#include "report/confusion_chart.h"
#include "report/dot_plot.h"
#include "report/line_chart.h"
#include "support/catch.h"

using namespace cmgems::apps::report;

namespace {

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t number = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++number;
  return number;
}

std::vector<std::string> tick_texts(const Scale& scale, Format format = Format::plain) {
  std::vector<std::string> texts;
  for (const double tick : scale.ticks) texts.push_back(tick_text(scale, tick, format));
  return texts;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("ticks are round numbers", "[report]") {
  CHECK(tick_texts(linear_scale(0.52, 0.71, 0, 100, 5)) == Texts{"0.50", "0.55", "0.60", "0.65", "0.70", "0.75"});
  CHECK(tick_texts(linear_scale(0, 8000, 0, 100, 4, false)) == Texts{"0", "2,000", "4,000", "6,000", "8,000"});
  CHECK(tick_texts(linear_scale(-0.3, 0.2, 0, 100, 5)) == Texts{"-0.3", "-0.2", "-0.1", "0.0", "0.1", "0.2"});
  CHECK(tick_texts(linear_scale(0.13, 0.17, 0, 100, 4), Format::percent) == Texts{"13%", "14%", "15%", "16%", "17%"});
  CHECK(tick_texts(logarithmic_scale(5, 3000, 100, 0, 5)) == Texts{"10", "100", "1,000"});
  CHECK(tick_texts(logarithmic_scale(20, 300, 100, 0, 5)) == Texts{"30", "100", "300"});
}

TEST_CASE("a scale maps its ends to its pixels", "[report]") {
  const auto linear = linear_scale(0, 10, 100, 0, 5);
  CHECK(linear(0) == Approx(100));
  CHECK(linear(2.5) == Approx(75));
  const auto logarithmic = logarithmic_scale(1, 100, 0, 200, 5);
  CHECK(logarithmic(10) == Approx(100));
  CHECK(logarithmic(1) > 0);  // room at both ends
  const auto single = linear_scale(3, 3, 0, 100, 5);
  CHECK(single(3) == Approx(50));
  CHECK(std::isfinite(linear_scale(0, 0, 0, 100, 5)(0)));
}

TEST_CASE("a line is drawn with its switch, and broken where there is no number", "[report]") {
  LineChart chart{"t", "step", "y", "words", {{"one", {{0, 1}, {10, 2}, {20, std::nan("")}, {30, 4}, {40, 5}}}}};
  chart.marks.push_back({10, 0, "switch here", "brief"});
  const auto picture = line_chart(chart, 760);
  CHECK(count(picture, "<polyline") == 2);
  CHECK(count(picture, "class=\"dot\"") == 5);  // four values and the switch
  CHECK_THAT(picture, Catch::Contains("<title>one, step 30: 4.000</title>") && Catch::Contains(">switch here</text>") &&
                          Catch::Contains("aria-label=\"words\""));
  CHECK(picture.find("nan") == std::string::npos);
  chart.series.push_back({"<two>", {{0, 3}}});
  CHECK_THAT(line_chart(chart, 760), Catch::Contains("&lt;two&gt;"));
  CHECK_THAT(line_chart(chart, 350), Catch::Contains("&lt;two&gt;") && Catch::Contains(">brief</text>"));
}

TEST_CASE("a mark lies on its line on a logarithmic axis too", "[report]") {
  LineChart chart{"t", "step", "y", "words", {{"", {{0, 1}, {20, 100}}}}};
  chart.marks.push_back({10, 0, "here", "here"});
  chart.logarithmic = true;
  const auto picture = line_chart(chart, 760);
  const auto mark = picture.find("<polygon"), circle = picture.find("<circle");
  REQUIRE(mark != std::string::npos);
  const auto number = [&](const std::string& before, std::size_t from) {
    return std::stod(picture.substr(picture.find(before, from) + before.size()));
  };
  // the diamond begins at its top, 6 pixels above its middle, which is halfway between the ends of the line
  const double top = number(",", picture.find("points=\"", mark));
  const double first = number("cy=\"", circle), last = number("cy=\"", picture.find("<circle", circle + 1));
  CHECK(top + 6 == Approx((first + last) / 2).margin(0.11));
}

TEST_CASE("names at the ends of lines do not touch", "[report]") {
  LineChart chart{"t", "step", "y", "", {}};
  for (const char* name : {"first", "second", "third"}) chart.series.push_back({name, {{0, 0}, {1, 1}}});
  const auto picture = line_chart(chart, 760);
  std::vector<double> heights;
  for (auto at = picture.find("class=\"name\""); at != std::string::npos; at = picture.find("class=\"name\"", at + 1)) {
    const auto y = picture.find(" y=\"", at) + 4;
    heights.push_back(std::stod(picture.substr(y)));
  }
  REQUIRE(heights.size() == 3);
  std::sort(heights.begin(), heights.end());
  CHECK(heights[1] - heights[0] >= 14);
  CHECK(heights[2] - heights[1] >= 14);
}

TEST_CASE("long lines are thinned to means", "[report]") {
  std::vector<Point> points;
  for (int i = 1; i <= 10; ++i) points.push_back({static_cast<double>(i), static_cast<double>(i)});
  const auto few = thinned(points, Thinning::mean, 5);
  REQUIRE(few.size() == 5);
  CHECK(few[0].x == 2);
  CHECK(few[0].y == 1.5);
  CHECK(few[4].y == 9.5);
  CHECK(thinned(points, Thinning::mean, 10).size() == 10);
  points[3].y = 90;  // a spike
  points[4].y = points[5].y = std::nan("");
  const auto peaks = thinned(points, Thinning::maximum, 5);
  REQUIRE(peaks.size() == 5);
  CHECK(peaks[0].y == 2);
  CHECK(peaks[1].y == 90);
  CHECK(std::isnan(peaks[2].y));
  CHECK(spans_magnitudes({{"", points}}));
  CHECK_FALSE(spans_magnitudes({{"", {{0, 2}, {1, 10}}}}));
  CHECK_FALSE(spans_magnitudes({{"", {{0, 0}, {1, 10}}}}));
}

TEST_CASE("every run is a dot", "[report]") {
  DotPlot plot{"accuracy", "", {{"model", "0.650", 0, {{0.6, "a"}, {0.7, "b"}}, 0.65, 0.5, 0.8, std::nan("")}}};
  plot.references.push_back({0.5, "majority"});
  for (const double width : {760.0, 350.0}) {
    const auto picture = dot_plot(plot, width);
    CHECK(count(picture, "class=\"run\"") == 2);
    CHECK(count(picture, "class=\"interval\"") == 3);
    CHECK(count(picture, "class=\"published\"") == 0);
    CHECK_THAT(picture, Catch::Contains("model: mean 0.650") && Catch::Contains(">majority</text>"));
  }
  plot.rows[0] = {"paper", "0.594", 7, {}, std::nan(""), std::nan(""), std::nan(""), 0.594};
  const auto picture = dot_plot(plot, 760);
  CHECK(count(picture, "class=\"published\"") == 1);
  CHECK(count(picture, "class=\"mean\"") == 0);
}

TEST_CASE("bars are as high as their counts", "[report]") {
  const auto picture = bar_chart({"NPMI", "k-mers", "", {-1, 1, {5, 10}}, "k-mers"}, 760);
  CHECK_THAT(picture, Catch::Contains("<title>-1.000 to 0.000: 5 k-mers</title>") &&
                          Catch::Contains("height=\"105.0\"") && Catch::Contains("height=\"210.0\""));
}

TEST_CASE("a confusion matrix shows shares of the true class", "[report]") {
  const std::vector<ConfusionPanel> panels{{"task", "method", {"no", "yes"}, {{30, 10}, {0, 0}}}};
  const auto picture = confusion_chart(panels, "words", 760);
  CHECK_THAT(picture, Catch::Contains("<title>true no, predicted yes: 10 (25.0% of its class)</title>") &&
                          Catch::Contains("fill-opacity=\"0.750\"") && Catch::Contains(">75%</text>"));
  CHECK(count(picture, "<rect") == 4);
  ConfusionPanel large{"task", "method", {}, Confusion(30, std::vector<std::int64_t>(30, 1))};
  for (int i = 0; i < 30; ++i) large.classes.push_back("c" + std::to_string(i));
  for (const double width : {350.0, 760.0}) {  // 74 beside 30 cells of 26, and 4 behind them
    CHECK_THAT(confusion_chart({large}, "", width),
               Catch::Contains("width=\"858\"") && Catch::Contains("viewBox=\"0 0 858 "));
  }
  CHECK_THAT(picture, Catch::Contains("width=\"760\""));
  const std::vector<ConfusionPanel> many(5, panels[0]);
  CHECK(count(confusion_chart(many, "", 350), "class=\"heading\"") == 5);
}
