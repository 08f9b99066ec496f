// Every masker with every option against slow transcriptions of the papers' algorithms, on the same draws
// (scripts/golden/maskers.py).
#include <fstream>
#include <nlohmann/json.hpp>

#include "cmgems/config/config.h"
#include "cmgems/masking/registry.h"
#include "support/catch.h"
#include "support/small_table.h"

using namespace cmgems;
using nlohmann::json;

namespace {

std::vector<json> examples() {
  std::vector<json> list;
  std::ifstream file(test::source_folder() / "tests" / "golden" / "maskers.jsonl");
  for (std::string line; std::getline(file, line);) list.push_back(json::parse(line));
  return list;
}

npmi::Table table_of(const json& example) {
  std::map<kmer::TokenId, double> scores;
  for (const auto& pair : example["scores"]) scores[pair[0].get<kmer::TokenId>()] = pair[1].get<double>();
  return test::table_of_scores(example["k"], scores);
}

std::unique_ptr<masking::Masker> masker_of(const json& entry, const npmi::Table& table) {
  config::Config config;
  config::apply_json(config, json{{"masking", entry["options"]}}.dump(), "maskers.jsonl");
  return masking::make_masker(entry["masker"].get<std::string>(), {table.k, &table, config.masking});
}

json runs(const std::vector<std::uint32_t>& positions) {
  json list = json::array();
  for (const auto position : positions) {
    if (!list.empty() && list.back()[1].get<std::uint32_t>() + 1 == position) {
      list.back()[1] = position;
    } else {
      list.push_back({position, position});
    }
  }
  return list;
}

void check(const masking::MaskPlan& plan, const json& entry) {
  CHECK(runs(plan.positions) == entry["masked"]);
  CHECK(plan.pmi_spans == entry["pmi_spans"]);
  CHECK(plan.covered_twice == entry["covered_twice"]);
}

}  // namespace

TEST_CASE("every masker places what the papers' algorithms place on the same draws", "[golden]") {
  std::map<std::string, int> cases;
  for (const auto& example : examples()) {
    const auto table = table_of(example);
    const auto tokens = example["tokens"].get<std::vector<kmer::TokenId>>();
    for (const auto& entry : example["cases"]) {
      INFO(example["name"] << ", k=" << table.k << ", " << tokens.size() << " tokens: " << entry.dump());
      const auto masker = masker_of(entry, table);
      masking::MaskPlan plan;
      masker->plan_drawn(tokens, entry["drawn"].get<std::vector<std::uint32_t>>(), plan);
      check(plan, entry);
      ++cases[entry["masker"]];
    }
  }
  for (const char* name : {"random", "genemask", "global", "pmi-voc"}) CHECK(cases[name] >= 30);
}

TEST_CASE("global draws the number of spans that the paper fixes", "[golden]") {
  int cases = 0;
  for (const auto& example : examples()) {
    const auto table = table_of(example);
    const auto tokens = example["tokens"].get<std::vector<kmer::TokenId>>();
    for (const auto& entry : example["cases"]) {
      if (entry["masker"] != "global" || entry["options"]["global"].value("count", "round") != "round") continue;
      INFO(example["name"] << ", k=" << table.k << ", " << tokens.size() << " tokens: " << entry.dump());
      RandomStream random(1, Purpose::mask);
      masking::MaskPlan plan;
      masker_of(entry, table)->plan(tokens, random, plan);
      check(plan, entry);
      ++cases;
    }
  }
  CHECK(cases > 90);
}
