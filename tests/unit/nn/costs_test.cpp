#include "cmgems/nn/costs.h"

#include <map>

#include "cmgems/nn/ops.h"
#include "support/catch_torch.h"

using namespace cmgems::nn;

namespace {

std::map<std::string, Cost> by_name(const std::vector<Cost>& costs) {
  std::map<std::string, Cost> result;
  for (const auto& cost : costs) result[cost.name] = cost;
  return result;
}

}  // namespace

TEST_CASE("an operation's own time is without that of the operations within it", "[nn]") {
  // outer 0-100 holds a 10-40 (holds b 20-25) and b 50-60; a 100-107 stands alone.
  const auto costs = own_costs({{"b", 20, 25}, {"outer", 0, 100}, {"a", 10, 40}, {"a", 100, 107}, {"b", 50, 60}});
  REQUIRE(costs.size() == 3);
  CHECK(costs[0].name == "outer");
  CHECK(costs[0].seconds == Approx(60e-9));
  CHECK(costs[1].name == "a");
  CHECK(costs[1].seconds == Approx(32e-9));
  CHECK(costs[1].calls == 2);
  CHECK(costs[2].seconds == Approx(15e-9));
  CHECK(own_costs({}).empty());
}

TEST_CASE("a span within one of its own name is one call", "[nn]") {
  const auto costs = own_costs({{"node", 0, 10}, {"node", 1, 9}, {"op", 2, 5}});
  REQUIRE(costs.size() == 2);
  CHECK(costs[0].calls == 1);
  CHECK(costs[0].seconds == Approx(7e-9));
}

TEST_CASE("a profile names LibTorch's operations and ours, and counts them", "[nn]") {
  const auto x = torch::randn({64, 32}), weight = torch::randn({16, 32}), bias = torch::randn({16});
  const std::vector<std::int32_t> windows{0, 64};
  const auto q = torch::randn({64, 2, 8});
  const auto costs = by_name(costs_of(/*cuda=*/false, [&] {
    Pass pass;
    for (int i = 0; i < 3; ++i) ops::linear(x, weight, bias, pass);
    ops::attention(q, q, q, windows, windows, 0, pass);
  }));
  REQUIRE(costs.count("aten::linear") == 1);
  CHECK(costs.at("aten::linear").calls == 3);
  CHECK(costs.at("aten::addmm").calls == 3);
  CHECK(costs.at("cmgems::attention").calls == 1);
  CHECK(costs.at("cmgems::attention").seconds > 0);
}

TEST_CASE("a profile names the gradient of one of our operations after it", "[nn]") {
  const std::vector<std::int32_t> windows{0, 64};
  const auto q = torch::randn({64, 2, 8}).requires_grad_();
  const auto costs = by_name(costs_of(false, [&] {
    Pass pass;
    ops::attention(q, q, q, windows, windows, 0, pass).sum().backward();
  }));
  REQUIRE(costs.count("Attention backward") == 1);
  CHECK(costs.at("Attention backward").calls == 1);
}

TEST_CASE("a profile ends with the exception of what it watches", "[nn]") {
  CHECK_THROWS_AS(costs_of(false, [] { throw std::runtime_error("gone"); }), std::runtime_error);
  CHECK(by_name(costs_of(false, [] { torch::zeros({3}); })).count("aten::zeros") == 1);
}
