#include "cmgems/base/random.h"
#include "cmgems/nn/ops.h"
#include "support/catch_torch.h"

using namespace cmgems::nn;

TEST_CASE("a dropout mask has its share of zeros and mean one", "[nn]") {
  const auto mask = ops::dropout_mask({1000, 37}, 0.1, {7, 3, 0});
  CHECK((mask == 0).to(at::kDouble).mean().item<double>() == Approx(0.1).margin(0.008));
  CHECK(mask.mean().item<double>() == Approx(1).margin(0.009));
  CHECK(mask.max().item<double>() == Approx(1 / 0.9).epsilon(1e-4));
}

TEST_CASE("a dropout mask depends on seed and key, not on threads", "[nn]") {
  const int threads = at::get_num_threads();
  const auto two = ops::dropout_mask({70, 1000}, 0.5, {7, 3, 0});
  at::set_num_threads(1);
  const auto one = ops::dropout_mask({70, 1000}, 0.5, {7, 3, 0});
  at::set_num_threads(threads);
  CHECK(at::equal(one, two));
  CHECK_FALSE(at::equal(one, ops::dropout_mask({70, 1000}, 0.5, {7, 3, 1})));
  CHECK_FALSE(at::equal(one, ops::dropout_mask({70, 1000}, 0.5, {7, 4, 0})));
  CHECK_FALSE(at::equal(one, ops::dropout_mask({70, 1000}, 0.5, {8, 3, 0})));
}

TEST_CASE("a dropout mask takes the numbers of its purpose's stream", "[nn]") {
  const auto mask = ops::dropout_mask({16}, 0.5, {7, 3, 5}).to(at::kBool);
  cmgems::RandomStream stream(7, cmgems::Purpose::dropout, 3, 5);
  for (int i = 0; i < 16; i += 2) {  // 16 bits an element, low half first; half of all values are zeroed
    const auto number = stream.next();
    CHECK(mask[i].item<bool>() == ((number & 0x8000U) != 0));
    CHECK(mask[i + 1].item<bool>() == ((number & 0x80000000U) != 0));
  }
}

TEST_CASE("streams give each call, micro-batch and step its own key", "[nn]") {
  DropoutStream a(1, 0, 0), b(1, 0, 1), c(1, 1, 0), again(1, 0, 0);
  const auto first = a.next();
  CHECK((first == again.next()));
  CHECK_FALSE((first == a.next()));
  CHECK_FALSE((first == b.next()));
  CHECK_FALSE((first == c.next()));
  CHECK(device_seed({1, 0, 0}) == device_seed({1, 0, 0}));
  CHECK(device_seed({1, 0, 0}) != device_seed({2, 0, 0}));
  CHECK(device_seed({1, 0, 0}) != device_seed({1, 0, 1}));
}

TEST_CASE("without a stream dropout is the identity", "[nn]") {
  Pass pass;
  const auto x = torch::randn({4, 4});
  CHECK(at::equal(ops::dropout(x, 0.5, pass), x));
}
